package dev.ipgate.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.net.IpAddress;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a balancer says of a connection before anything else is sent on it: HAProxy's PROXY protocol, version 1 or 2
 * (doc/proxy-protocol.txt of HAProxy 2.8). Read strictly, since whoever is let in depends on it.
 *
 * @param origin whose connection it is
 * @param source the client; null unless the origin is {@link Origin#CLIENT}
 * @param length bytes that the header takes; the next one belongs to the connection
 */
public record ProxyHeader(Origin origin, @Nullable IpAddress source, int length) {

    /** Whose connection a balancer announces. */
    public enum Origin {
        /** A client's, whose address is known. */
        CLIENT,
        /** A client's that has no IP address, or none that the balancer tells: UNKNOWN, UNSPEC and Unix sockets. */
        NOWHERE,
        /** The balancer's own, such as a health check: LOCAL. */
        BALANCER
    }

    /** Bytes that a header may have with all that version 2 appends to the addresses; nginx has the same limit. */
    public static final int LONGEST = 4096;

    private static final int LONGEST_LINE = 107; // of version 1, its CR LF included
    private static final byte[] SIGNATURE = "\r\n\r\n\0\r\nQUIT\n".getBytes(ISO_8859_1);
    private static final byte[] WORD = "PROXY ".getBytes(ISO_8859_1);
    private static final int FIXED = 16; // bytes of version 2 before the addresses
    private static final int LOCAL = 0;
    private static final int PROXY = 1;

    /**
     * Looks for the header at the beginning of what has arrived.
     *
     * @param bytes what has arrived since the connection was opened
     * @param count how many bytes that is
     * @return the header, or null if it may still become one
     * @throws MalformedProxyHeaderException if it cannot become one
     */
    public static @Nullable ProxyHeader find(byte[] bytes, int count) throws MalformedProxyHeaderException {
        if (count == 0) {
            return null;
        }
        if (bytes[0] == SIGNATURE[0]) {
            return findVersion2(bytes, count);
        }
        require(begins(WORD, bytes, count), "it does not begin as a PROXY header does");
        return findVersion1(bytes, count);
    }

    private static boolean begins(byte[] as, byte[] bytes, int count) {
        int known = Math.min(count, as.length);
        return Arrays.equals(bytes, 0, known, as, 0, known);
    }

    // ---- version 1, a line of text
    // -----------------------------------------------------------------------------------

    private static @Nullable ProxyHeader findVersion1(byte[] bytes, int count) throws MalformedProxyHeaderException {
        int end = 0;
        while (end < count && bytes[end] != '\r' && bytes[end] != '\n') {
            end++;
        }
        require(end + 2 <= LONGEST_LINE, "its line is longer than " + LONGEST_LINE + " bytes");
        if (end < count) {
            require(bytes[end] == '\r' && (end + 1 == count || bytes[end + 1] == '\n'), "its line ends without CR LF");
        }
        if (end + 1 >= count) {
            return null;
        }
        String line = new String(bytes, 0, end, ISO_8859_1);
        String[] words = line.split(" ", -1);
        int length = end + 2;
        return switch (words[1]) {
            case "UNKNOWN" -> new ProxyHeader(Origin.NOWHERE, null, length); // whatever follows
            case "TCP4" -> new ProxyHeader(Origin.CLIENT, source(words, true), length);
            case "TCP6" -> new ProxyHeader(Origin.CLIENT, source(words, false), length);
            default -> throw new MalformedProxyHeaderException("its protocol is none of TCP4, TCP6 and UNKNOWN");
        };
    }

    private static IpAddress source(String[] words, boolean dotted) throws MalformedProxyHeaderException {
        require(words.length == 6, "its line has not two addresses and two ports");
        IpAddress source = address(words[2], dotted);
        address(words[3], dotted);
        port(words[4]);
        port(words[5]);
        return source;
    }

    private static IpAddress address(String text, boolean dotted) throws MalformedProxyHeaderException {
        IpAddress address = IpAddress.parse(text, 0, text.length());
        if (address == null || dotted != text.indexOf(':') < 0) {
            throw new MalformedProxyHeaderException("an address is malformed");
        }
        return address;
    }

    private static void port(String text) throws MalformedProxyHeaderException {
        boolean plain = text.matches("0|[1-9][0-9]{0,4}");
        require(plain && Integer.parseInt(text) <= 0xFFFF, "a port is malformed");
    }

    // ---- version 2, binary
    // -------------------------------------------------------------------------------------------

    private static @Nullable ProxyHeader findVersion2(byte[] bytes, int count) throws MalformedProxyHeaderException {
        require(begins(SIGNATURE, bytes, count), "it does not begin as a PROXY header does");
        if (count <= SIGNATURE.length) {
            return null;
        }
        require((bytes[12] & 0xF0) == 0x20, "its version is not 2");
        int command = bytes[12] & 0xF;
        require(command == LOCAL || command == PROXY, "its command is neither LOCAL nor PROXY");
        if (count < FIXED) {
            return null;
        }
        int rest = (bytes[14] & 0xFF) << 8 | (bytes[15] & 0xFF); // the addresses, and what is appended to them
        int length = FIXED + rest;
        require(length <= LONGEST, "it is longer than " + LONGEST + " bytes");
        int addresses = command == LOCAL ? 0 : addressBytes(bytes[13]); // the family of LOCAL means nothing
        require(addresses <= rest, "it is too short for its addresses");
        if (count < length) {
            return null;
        }
        if (command == LOCAL) {
            return new ProxyHeader(Origin.BALANCER, null, length);
        }
        return switch (addresses) {
            case 12 -> client(bytes, 4, length);
            case 36 -> client(bytes, 16, length);
            default -> new ProxyHeader(Origin.NOWHERE, null, length);
        };
    }

    /** How many bytes the addresses and ports of a family take; only what a TCP connection can bring is known. */
    private static int addressBytes(byte family) throws MalformedProxyHeaderException {
        return switch (family) {
            case 0x00 -> 0;
            case 0x11 -> 12; // IPv4
            case 0x21 -> 36; // IPv6
            case 0x31 -> 216; // Unix
            default -> throw new MalformedProxyHeaderException("its family is not that of a stream");
        };
    }

    private static ProxyHeader client(byte[] bytes, int size, int length) {
        return new ProxyHeader(Origin.CLIENT, IpAddress.of(Arrays.copyOfRange(bytes, FIXED, FIXED + size)), length);
    }

    private static void require(boolean fulfilled, String otherwise) throws MalformedProxyHeaderException {
        if (!fulfilled) {
            throw new MalformedProxyHeaderException(otherwise);
        }
    }
}
