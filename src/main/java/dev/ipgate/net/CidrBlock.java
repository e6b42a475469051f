package dev.ipgate.net;

/**
 * A CIDR block, such as {@code 10.0.0.0/8} (RFC 4632 section 3.1, RFC 4291 section 2.3). An IPv4-mapped block of /96 or
 * longer is its IPv4 block; a shorter one holds IPv6 addresses only.
 *
 * @param first the block's lowest address; no bit after the prefix is set
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record CidrBlock(IpAddress first, int prefixLength) {

    /*
     * Commons Net's SubnetUtils is the tests' oracle for this class and not its engine: it accepts 010.0.0.0 and host
     * bits, so every text would have to be parsed here first, it knows no mapped addresses, its IPv6 twin
     * looks names up, and a million blocks take it 570 ms that take 65 ms here.
     */

    public CidrBlock {
        int bits = first.isIpv4() ? 32 : 128;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(
                    "\"" + first + "/" + prefixLength + "\" has a prefix length outside 0 to " + bits);
        }
        IpAddress masked = masked(first, prefixLength);
        if (!masked.equals(first)) {
            throw new IllegalArgumentException("\"" + first + "/" + prefixLength + "\" has host bits set; did you mean "
                    + masked + "/" + prefixLength + "?");
        }
    }

    /**
     * Reads a block as it is written: an address, a slash, a decimal prefix length. An address alone is a block of one.
     *
     * @throws IllegalArgumentException if the text is anything else or has host bits set; the message names it and,
     *     where one can be guessed, what was meant
     */
    public static CidrBlock parse(String text) {
        return parse(text, false);
    }

    /** Reads a block as nginx does: bits after the prefix are masked off. */
    public static CidrBlock parseMasking(String text) {
        return parse(text, true);
    }

    private static CidrBlock parse(String text, boolean masking) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            IpAddress address = IpAddress.parse(text);
            return new CidrBlock(address, address.isIpv4() ? 32 : 128);
        }
        IpAddress address = IpAddress.parse(text, 0, slash);
        if (address == null) {
            throw new IllegalArgumentException(
                    AddressLiteral.whatIsWrong(text.substring(0, slash), text.substring(slash)));
        }
        int prefixLength = prefixLength(text, slash + 1);
        boolean ipv6Text = text.indexOf(':') >= 0;
        int bits = ipv6Text ? 128 : 32;
        if (prefixLength < 0 || prefixLength > bits) {
            throw new IllegalArgumentException(whatIsWrong(text, address, text.substring(slash + 1), bits));
        }
        if (ipv6Text && address.isIpv4()) {
            prefixLength -= 96;
            if (prefixLength < 0) {
                throw new IllegalArgumentException(AddressLiteral.quoted(text) + " is a block of IPv4-mapped addresses"
                        + " shorter than /96; write the IPv4 and the IPv6 block that you mean");
            }
        }
        IpAddress first = masked(address, prefixLength);
        if (!masking && !first.equals(address)) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has host bits set; did you mean " + first + "/" + prefixLength + "?");
        }
        return new CidrBlock(first, prefixLength);
    }

    /** One to three decimal digits without a leading zero, up to the end; -1 if there is anything else. */
    private static int prefixLength(String text, int from) {
        int digits = text.length() - from;
        if (digits < 1 || digits > 3 || (digits > 1 && text.charAt(from) == '0')) {
            return -1;
        }
        int length = 0;
        for (int i = from; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return -1;
            }
            length = 10 * length + digit;
        }
        return length;
    }

    /** Says why what stands behind the address and the slash is no prefix length of up to so many bits. */
    private static String whatIsWrong(String text, IpAddress address, String behind, int bits) {
        String quoted = AddressLiteral.quoted(text);
        IpAddress mask = IpAddress.parse(behind, 0, behind.length());
        if (mask != null && mask.isIpv4() && bits == 32) {
            int ones = Integer.bitCount(mask.word(0));
            return mask.equals(masked(IpAddress.LAST_IPV4, ones))
                    ? quoted + " has a netmask; did you mean " + masked(address, ones) + "/" + ones + "?"
                    : quoted + " has a netmask; write a prefix length, such as /24";
        }
        return behind.matches("[1-9][0-9]*")
                ? quoted + " has a prefix length outside 0 to " + bits
                : quoted + " has no decimal prefix length after the slash";
    }

    /** All addresses of the block. */
    public IpRange range() {
        int hostBits = (first.isIpv4() ? 32 : 128) - prefixLength;
        IpAddress last = IpAddress.of(first.high() | lowest(hostBits - 64), first.low() | lowest(hostBits));
        if (last.isIpv4() && !first.isIpv4()) { // ::/80 and its like: the mapped addresses at its end are IPv4's
            last = IpAddress.of(0, IpAddress.MAPPED - 1);
        }
        return new IpRange(first, last);
    }

    @Override
    public String toString() {
        return first + "/" + prefixLength;
    }

    private static IpAddress masked(IpAddress address, int prefixLength) {
        int hostBits = (address.isIpv4() ? 32 : 128) - prefixLength;
        return IpAddress.of(address.high() & ~lowest(hostBits - 64), address.low() & ~lowest(hostBits));
    }

    /** A word with its lowest bits set, as many as asked for. */
    private static long lowest(int bits) {
        return bits <= 0 ? 0 : bits >= 64 ? -1 : (1L << bits) - 1;
    }
}
