package dev.ipgate.net;

/**
 * The addresses from one to another, both included, of one family. What a single address, a CIDR block and a range
 * {@code a-b} have in common.
 *
 * @param first the lowest address
 * @param last the highest address, not below the first and of its family
 */
public record IpRange(IpAddress first, IpAddress last) {

    public IpRange {
        if (first.isIpv4() != last.isIpv4()) {
            throw new IllegalArgumentException("\"" + first + "-" + last + "\" begins and ends in different families");
        }
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException(
                    "\"" + first + "-" + last + "\" ends before it begins; did you mean " + last + "-" + first + "?");
        }
    }

    /**
     * Reads an address, a CIDR block or a range {@code a-b}.
     *
     * @throws IllegalArgumentException if the text is none of these; the message says what would have been right
     */
    public static IpRange parse(String text) {
        int dash = text.indexOf('-');
        if (dash >= 0) {
            return parse(
                    text,
                    text.substring(0, dash).strip(),
                    text.substring(dash + 1).strip());
        }
        if (text.indexOf('/') >= 0) {
            return CidrBlock.parse(text).range();
        }
        IpAddress address = IpAddress.parse(text);
        return new IpRange(address, address);
    }

    private static IpRange parse(String text, String from, String to) {
        if (from.isEmpty() || to.isEmpty()) {
            throw new IllegalArgumentException(
                    AddressLiteral.quoted(text) + " needs an address on both sides of the \"-\"");
        }
        IpAddress first = IpAddress.parse(from);
        IpAddress last = IpAddress.parse(to);
        if (first.isIpv4() != last.isIpv4()) {
            throw new IllegalArgumentException(AddressLiteral.quoted(text) + " begins and ends in different families");
        }
        if (first.compareTo(last) > 0) {
            throw new IllegalArgumentException(
                    AddressLiteral.quoted(text) + " ends before it begins; did you mean " + to + "-" + from + "?");
        }
        return new IpRange(first, last);
    }

    /** Whether the address lies within; false for the other family, though {@code ::/0} spans it in number. */
    public boolean contains(IpAddress address) {
        return address.isIpv4() == first.isIpv4() && address.compareTo(first) >= 0 && address.compareTo(last) <= 0;
    }

    @Override
    public String toString() {
        return first.equals(last) ? first.toString() : first + "-" + last;
    }
}
