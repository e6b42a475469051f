package dev.ipgate.net;

/**
 * A CIDR block, such as {@code 10.0.0.0/8} (RFC 4632 section 3.1, RFC 4291 section 2.3). An IPv4-mapped block of /96 or
 * longer is its IPv4 block; a shorter one holds IPv6 addresses only.
 *
 * @param first the block's lowest address; no bit after the prefix is set
 * @param prefixLength 0 to 32 for IPv4, 0 to 128 for IPv6
 */
public record CidrBlock(IpAddress first, int prefixLength) {

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
     * Reads a block as it is written: an address, a slash, a decimal prefix length.
     *
     * @throws IllegalArgumentException if the text is anything else or has host bits set
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
        IpAddress address = IpAddress.parse(slash < 0 ? text : text.substring(0, slash));
        int prefixLength = slash < 0 ? address.isIpv4() ? 32 : 128 : prefixLength(text, slash + 1);
        boolean mapped = address.isIpv4() && text.indexOf(':') >= 0;
        if (mapped && slash >= 0) {
            if (prefixLength < 96) {
                throw new IllegalArgumentException("\"" + text + "\" is a block of IPv4-mapped addresses shorter than"
                        + " /96; write the IPv4 and the IPv6 block that you mean");
            }
            prefixLength -= 96;
        }
        return new CidrBlock(masking ? masked(address, prefixLength) : address, prefixLength);
    }

    private static int prefixLength(String text, int from) {
        String digits = text.substring(from);
        if (digits.matches("0|[1-9][0-9]{0,2}")) {
            return Integer.parseInt(digits);
        }
        throw new IllegalArgumentException(
                digits.indexOf('.') >= 0
                        ? "\"" + text + "\" has a netmask; write a prefix length, such as /24"
                        : "\"" + text + "\" has no decimal prefix length after the slash");
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
