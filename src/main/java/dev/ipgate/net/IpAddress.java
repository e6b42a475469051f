package dev.ipgate.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An IPv4 or IPv6 address. An IPv4-mapped IPv6 address ({@code ::ffff:192.0.2.1}, RFC 4291 section 2.5.5.2) is its IPv4
 * address, so a rule for one form holds for the other. Never looks anything up.
 */
public final class IpAddress implements Comparable<IpAddress> {

    /*
     * One representation for both families: the 128 bits of the IPv6 form, an IPv4 address being its mapped form.
     * Equality, order and range arithmetic then need no case for the family.
     */

    static final long MAPPED = 0xFFFFL << 32;

    static final IpAddress FIRST_IPV4 = new IpAddress(0, MAPPED);
    static final IpAddress LAST_IPV4 = new IpAddress(0, MAPPED | 0xFFFF_FFFFL);

    private final long high;
    private final long low;

    private IpAddress(long high, long low) {
        this.high = high;
        this.low = low;
    }

    static IpAddress of(long high, long low) {
        return new IpAddress(high, low);
    }

    /** The address that a socket gave us; a zone id is dropped. */
    public static IpAddress of(InetAddress address) {
        return of(address.getAddress());
    }

    /**
     * The address of 4 or 16 bytes in network order.
     *
     * @throws IllegalArgumentException if there are neither 4 nor 16
     */
    public static IpAddress of(byte[] bytes) {
        return switch (bytes.length) {
            case 4 -> new IpAddress(0, MAPPED | bits(bytes, 0, 4));
            case 16 -> new IpAddress(bits(bytes, 0, 8), bits(bytes, 8, 8));
            default -> throw new IllegalArgumentException("an address has 4 or 16 bytes, not " + bytes.length);
        };
    }

    /**
     * Reads a literal: four decimal octets without leading zeros, or RFC 4291 section 2.2 in any of its forms. No zone,
     * no brackets, no port, no blanks.
     *
     * @throws IllegalArgumentException if the text is anything else; the message names it and, where one can be
     *     guessed, what was meant
     */
    public static IpAddress parse(String text) {
        IpAddress address = parse(text, 0, text.length());
        if (address == null) {
            throw new IllegalArgumentException(AddressLiteral.whatIsWrong(text, ""));
        }
        return address;
    }

    /** The same for a part of a longer text; null if it is no literal. Nothing but the result is allocated. */
    public static @Nullable IpAddress parse(CharSequence text, int from, int to) {
        return AddressLiteral.parse(text, from, to);
    }

    public boolean isIpv4() {
        return high == 0 && low >>> 32 == 0xFFFF;
    }

    /** 127.0.0.0/8 or ::1. */
    public boolean isLoopback() {
        return isIpv4() ? (low >>> 24 & 0xFF) == 127 : high == 0 && low == 1;
    }

    /** 0.0.0.0 or ::. */
    public boolean isUnspecified() {
        return high == 0 && (low == 0 || low == MAPPED);
    }

    /**
     * What limits count by: the first address of the /64 of an IPv6 address (RFC 4291 section 2.5.1), since whoever has one
     * of a /64 has all of them; an IPv4 address itself.
     */
    public IpAddress subnet64() {
        return isIpv4() || low == 0 ? this : new IpAddress(high, 0);
    }

    /** The address as the JDK has it; nothing is looked up. */
    public InetAddress toInetAddress() {
        ByteBuffer bytes = isIpv4()
                ? ByteBuffer.allocate(4).putInt((int) low)
                : ByteBuffer.allocate(16).putLong(high).putLong(low);
        try {
            return InetAddress.getByAddress(bytes.array());
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 and 16 bytes are an address", e);
        }
    }

    /** Bits 0 to 63 of the IPv6 form. */
    long high() {
        return high;
    }

    /** Bits 64 to 127 of the IPv6 form. */
    long low() {
        return low;
    }

    /** The address's 32-bit words from the front: an IPv4 address has one, an IPv6 address four. */
    int word(int index) {
        if (isIpv4()) {
            return (int) low;
        }
        long half = index < 2 ? high : low;
        return (int) ((index & 1) == 0 ? half >>> 32 : half);
    }

    /** The address one below. */
    IpAddress previous() {
        return new IpAddress(low == 0 ? high - 1 : high, low - 1);
    }

    /** The address one above. */
    IpAddress next() {
        return new IpAddress(low == -1 ? high + 1 : high, low + 1);
    }

    @Override
    public int compareTo(IpAddress other) {
        int byHigh = Long.compareUnsigned(high, other.high);
        return byHigh != 0 ? byHigh : Long.compareUnsigned(low, other.low);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof IpAddress that && high == that.high && low == that.low;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(high * 31 + low);
    }

    /** The address and a port, as a URL has them (RFC 3986, section 3.2.2): {@code [::1]:8080}. */
    public String withPort(int port) {
        return (isIpv4() ? toString() : "[" + this + "]") + ":" + port;
    }

    /** The canonical text: dotted decimal, or RFC 5952. */
    @Override
    public String toString() {
        return isIpv4()
                ? AddressLiteral.ipv4((int) low)
                : appendTo(new StringBuilder(39)).toString();
    }

    /** Appends the canonical text. */
    public StringBuilder appendTo(StringBuilder text) {
        return AddressLiteral.append(text, this);
    }

    private static long bits(byte[] bytes, int from, int count) {
        long bits = 0;
        for (int i = from; i < from + count; i++) {
            bits = (bits << 8) | (bytes[i] & 0xFF);
        }
        return bits;
    }
}
