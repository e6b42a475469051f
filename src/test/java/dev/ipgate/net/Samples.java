package dev.ipgate.net;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Random addresses and ranges that lie close enough together to overlap, touch and reach the ends of their family. */
public final class Samples {

    private Samples() {}

    /** Ranges, as they are written, with blanks between. */
    public static List<IpRange> parse(String ranges) {
        return Arrays.stream(ranges.split(" ", -1))
                .filter(text -> !text.isEmpty())
                .map(IpRange::parse)
                .toList();
    }

    /** An address of either family, near an end, next to the mapped addresses, in a crowded network, or anywhere. */
    public static IpAddress address(Random random) {
        byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
        switch (random.nextInt(5)) {
            case 0 -> {} // the lowest
            case 1 -> Arrays.fill(bytes, (byte) -1);
            case 2 -> {
                bytes[0] = 10;
                bytes[bytes.length / 2] = (byte) random.nextInt(4);
            }
            case 3 -> {
                return bytes.length == 4
                        ? IpAddress.FIRST_IPV4
                        : random.nextBoolean() ? IpAddress.FIRST_IPV4.previous() : IpAddress.LAST_IPV4.next();
            }
            default -> {
                random.nextBytes(bytes);
                return IpAddress.of(bytes);
            }
        }
        bytes[bytes.length - 1] ^= (byte) random.nextInt(8);
        return IpAddress.of(bytes);
    }

    /** A block, a single address or a range between two addresses. */
    public static IpRange range(Random random) {
        IpAddress first = address(random);
        switch (random.nextInt(4)) {
            case 0 -> {
                return new IpRange(first, first);
            }
            case 1 -> {
                IpAddress last = address(random);
                return first.isIpv4() != last.isIpv4()
                        ? new IpRange(first, first)
                        : first.compareTo(last) <= 0 ? new IpRange(first, last) : new IpRange(last, first);
            }
            default -> {
                return CidrBlock.parseMasking(first + "/" + random.nextInt(first.isIpv4() ? 33 : 129))
                        .range();
            }
        }
    }

    /** Fewer ranges than the given number, perhaps none. */
    public static List<IpRange> ranges(Random random, int bound) {
        List<IpRange> ranges = new ArrayList<>();
        int count = random.nextInt(bound);
        for (int i = 0; i < count; i++) {
            ranges.add(range(random));
        }
        return ranges;
    }

    /** Both ends of every range and the addresses just outside, whatever family those are of. */
    public static List<IpAddress> around(List<IpRange> ranges) {
        List<IpAddress> addresses = new ArrayList<>();
        for (IpRange range : ranges) {
            addresses.add(range.first());
            addresses.add(range.last());
            addresses.add(range.first().previous());
            addresses.add(range.last().next());
        }
        addresses.add(IpAddress.FIRST_IPV4.previous());
        addresses.add(IpAddress.FIRST_IPV4);
        addresses.add(IpAddress.LAST_IPV4);
        addresses.add(IpAddress.LAST_IPV4.next());
        return addresses;
    }
}
