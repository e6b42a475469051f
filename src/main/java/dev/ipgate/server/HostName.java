package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What a client calls us: the value of Host, read strictly (RFC 9110 section 7.2, RFC 3986 section 3.2.2).
 *
 * @param name in lower case without a trailing dot; an IPv6 address in brackets and canonical
 * @param port 0 to 65535, or -1 if none was named
 * @param isIpLiteral whether the name is an IPv4 address or a bracketed IPv6 address
 */
record HostName(String name, int port, boolean isIpLiteral) {

    private static final int LONGEST_NAME = 253; // RFC 1035 section 2.3.4, as text
    private static final int LONGEST_LABEL = 63;

    /** Reads {@code name}, {@code a.b.c.d} or {@code [v6]}, with {@code :port} or without; null if it is anything else. */
    static @Nullable HostName parse(String text) {
        boolean bracketed = text.startsWith("[");
        int end = bracketed ? text.indexOf(']') + 1 : text.indexOf(':');
        if (bracketed && end == 0) {
            return null;
        }
        end = end < 0 ? text.length() : end;
        int port = port(text, end);
        if (port < -1) {
            return null;
        }
        return bracketed ? ipv6(text, end, port) : named(text, end, port);
    }

    /** A Host as it was sent, less its port; the Host can be read. */
    static String withoutPort(String text) {
        int colon = text.indexOf(':', Math.max(0, text.indexOf(']')));
        return colon < 0 ? text : text.substring(0, colon);
    }

    /** The port after the name; -1 if there is none (RFC 3986 section 3.2.3 allows a bare colon), -2 if it is wrong. */
    private static int port(String text, int from) {
        int length = text.length() - from;
        if (length == 0) {
            return -1;
        }
        if (text.charAt(from) != ':' || length > 6) {
            return -2;
        }
        int port = 0;
        for (int i = from + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -2;
            }
            port = port * 10 + c - '0';
        }
        return port > 65535 ? -2 : length == 1 ? -1 : port;
    }

    private static @Nullable HostName ipv6(String text, int end, int port) {
        IpAddress address = IpAddress.parse(text, 1, end - 1);
        boolean isIpv6 = address != null && text.substring(0, end).contains(":");
        return isIpv6 ? new HostName("[" + address + "]", port, true) : null;
    }

    private static @Nullable HostName named(String text, int end, int port) {
        int nameEnd = end > 0 && text.charAt(end - 1) == '.' ? end - 1 : end;
        if (IpAddress.parse(text, 0, nameEnd) != null) {
            return new HostName(text.substring(0, nameEnd), port, true);
        }
        if (nameEnd == 0 || nameEnd > LONGEST_NAME) {
            return null;
        }
        int label = 0; // characters of the label so far
        for (int i = 0; i < nameEnd; i++) {
            char c = text.charAt(i);
            if (c == '.' ? label == 0 : !isLabelChar(c)) {
                return null;
            }
            label = c == '.' ? 0 : label + 1;
            if (label > LONGEST_LABEL) {
                return null;
            }
        }
        return label == 0 ? null : new HostName(text.substring(0, nameEnd).toLowerCase(Locale.ROOT), port, false);
    }

    /** Letters, digits and hyphen, and the underscore that the names of containers and services have. */
    private static boolean isLabelChar(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    boolean isLocalhost() {
        return name.equals("localhost");
    }

    /**
     * Whether an Origin header (RFC 6454 section 7) is the scheme and Host that the client used: without case, trailing
     * dot and default port. {@code null} and whatever cannot be read is not.
     */
    static boolean sameOrigin(String origin, String scheme, String hostHeader) {
        int authority = scheme.length() + 3;
        if (!origin.regionMatches(true, 0, scheme, 0, scheme.length()) || !origin.startsWith("://", scheme.length())) {
            return false;
        }
        HostName theirs = parse(origin.substring(authority));
        HostName ours = parse(hostHeader);
        return theirs != null
                && ours != null
                && theirs.name.equals(ours.name)
                && theirs.portFor(scheme) == ours.portFor(scheme);
    }

    /** The port, or the default of the scheme: 443 for https, 80 for http. */
    private int portFor(String scheme) {
        return port >= 0 ? port : scheme.equalsIgnoreCase("https") ? 443 : 80;
    }
}
