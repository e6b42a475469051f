package dev.ipgate.net;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** A number for every address of both families. Immutable; a lookup allocates nothing and cannot miss. */
public final class RangeTable {

    /*
     * Sets that overlap are flattened into adjacent segments, each with the number that belongs to the sets that hold
     * it. The segments tile the address space, so a lookup is one search among their boundaries (see Boundaries)
     * and one read. A million random IPv4 addresses take 13 bytes each, as many of IPv6 37.
     */

    private final Segments ipv4;
    private final Segments ipv6;

    private RangeTable(Segments ipv4, Segments ipv6) {
        this.ipv4 = ipv4;
        this.ipv6 = ipv6;
    }

    /**
     * Makes the table of some sets.
     *
     * @param sets the sets, each known by its place in the list
     * @param number tells, from the places of the sets that hold an address, that address's number, 0 or more; it must
     *     not keep the set of places that it is given
     */
    public static RangeTable flatten(List<AddressSet> sets, ToIntFunction<NavigableSet<Integer>> number) {
        return new RangeTable(Segments.flatten(true, sets, number), Segments.flatten(false, sets, number));
    }

    /** The address's number. */
    public int get(IpAddress address) {
        return segments(address.isIpv4()).get(address);
    }

    /** Hands on the numbers that occur within a set, some more than once. */
    public void forEachWithin(AddressSet set, IntConsumer consumer) {
        set.forEach(range -> segments(range.first().isIpv4()).forEachWithin(range, consumer));
    }

    /** The lowest address of a set whose number is wanted, IPv4 before IPv6; null if there is none. */
    public @Nullable IpAddress firstWithin(AddressSet set, IntPredicate wanted) {
        List<IpAddress> found = new ArrayList<>();
        set.forEach(range -> {
            IpAddress first = found.isEmpty() ? segments(range.first().isIpv4()).firstWithin(range, wanted) : null;
            if (first != null) {
                found.add(first);
            }
        });
        return found.isEmpty() ? null : found.get(0);
    }

    /** The lowest address that has a number, IPv4 before IPv6; null if none has. */
    public @Nullable IpAddress firstWith(int number) {
        IpAddress found = ipv4.firstWith(number);
        return found == null ? ipv6.firstWith(number) : found;
    }

    private Segments segments(boolean family) {
        return family ? ipv4 : ipv6;
    }

    long byteSize() {
        return ipv4.byteSize() + ipv6.byteSize();
    }
}
