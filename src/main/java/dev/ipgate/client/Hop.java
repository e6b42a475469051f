package dev.ipgate.client;

import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** One hop as proxies write it: an address, perhaps in brackets, perhaps with a port. Allocates only its result. */
final class Hop {

    private Hop() {}

    /** The address of {@code a.b.c.d}, {@code a.b.c.d:port}, {@code v6}, {@code [v6]} or {@code [v6]:port}, else null. */
    static @Nullable IpAddress parse(CharSequence text, int from, int to) {
        int colon = indexOf(text, ':', from, to);
        boolean bareIpv6 = text.charAt(from) != '[' && indexOf(text, ':', colon + 1, to) < to;
        return bareIpv6 ? IpAddress.parse(text, from, to) : parseNode(text, from, to);
    }

    /** The same, but an IPv6 address needs its brackets: the node of RFC 7239 section 6, where it has an address. */
    static @Nullable IpAddress parseNode(CharSequence text, int from, int to) {
        if (from == to) {
            return null;
        }
        int start = from;
        int end;
        int rest;
        if (text.charAt(from) == '[') {
            start++;
            end = indexOf(text, ']', start, to);
            rest = end + 1;
            if (end == to || indexOf(text, ':', start, end) == end) {
                return null;
            }
        } else {
            end = indexOf(text, ':', from, to);
            rest = end;
        }
        return rest == to || isPort(text, rest, to) ? IpAddress.parse(text, start, end) : null;
    }

    /** Whether the text is a colon and one to five digits, 65535 at most. */
    private static boolean isPort(CharSequence text, int from, int to) {
        int digits = to - from - 1;
        if (text.charAt(from) != ':' || digits < 1 || digits > 5) {
            return false;
        }
        int port = 0;
        for (int i = from + 1; i < to; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return false;
            }
            port = port * 10 + c - '0';
        }
        return port <= 65535;
    }

    /** Where the character first stands, or {@code to}. */
    private static int indexOf(CharSequence text, char wanted, int from, int to) {
        int at = from;
        while (at < to && text.charAt(at) != wanted) {
            at++;
        }
        return Math.min(at, to);
    }

    /** The first place from {@code from} on that is neither space nor tab, or {@code to}. */
    static int skipBlanks(String text, int from, int to) {
        int at = from;
        while (at < to && isBlank(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** The last end, not before {@code from}, that neither space nor tab precedes. */
    static int trimBlanks(String text, int from, int to) {
        int end = to;
        while (end > from && isBlank(text.charAt(end - 1))) {
            end--;
        }
        return end;
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
