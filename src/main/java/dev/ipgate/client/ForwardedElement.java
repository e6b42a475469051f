package dev.ipgate.client;

import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** One element of Forwarded: pairs {@code token=value} between semicolons (RFC 7239 section 4). */
final class ForwardedElement {

    /*
     * Lines are split from the right as well, quotes honoured. A quote that ends a quoted string is one with an even
     * number of backslashes before it, and so is the one that begins it, because "=" stands there: in a well-formed
     * line both directions find the same elements. In any other, what a stranger sent on the left (a quote that he
     * leaves open, say) cannot change how the elements that a proxy appended are read.
     */

    /** Pairs that an element may have: RFC 7239 knows four. The bound keeps the search for duplicates cheap. */
    private static final int MOST_PAIRS = 16;

    private ForwardedElement() {}

    /** Where the last comma outside quotes before {@code end} stands, or -1. */
    static int commaBefore(String line, int end) {
        boolean quoted = false;
        for (int at = end - 1; at >= 0; at--) {
            char c = line.charAt(at);
            if (c == '"') {
                int escape = at;
                while (quoted && escape > 0 && line.charAt(escape - 1) == '\\') {
                    escape--;
                }
                if ((at - escape) % 2 == 0) {
                    quoted = !quoted;
                }
                at = escape;
            } else if (c == ',' && !quoted) {
                return at;
            }
        }
        return -1;
    }

    /** Whether every quoted string of the line, read from the left, has its end. */
    static boolean quotesClose(String line) {
        int at = line.indexOf('"');
        while (at >= 0) {
            int end = quotedEnd(line, at, line.length());
            if (end < 0) {
                return false;
            }
            at = line.indexOf('"', end);
        }
        return true;
    }

    /** The address that the one {@code for} of the element names; null if the element is malformed or has none. */
    static @Nullable IpAddress parse(String line, int from, int to) {
        IpAddress address = null;
        int pairs = 0;
        int at = from;
        while (at < to) {
            if (line.charAt(at) == ';') { // a pair may be missing
                at++;
                continue;
            }
            int equals = tokenEnd(line, at, to);
            int end = pairEnd(line, at, to);
            if (end < 0 || ++pairs > MOST_PAIRS || isNamedBefore(line, from, at, equals)) {
                return null;
            }
            if (equals - at == 3 && line.regionMatches(true, at, "for", 0, 3)) {
                address = node(line, equals + 1, end);
                if (address == null) {
                    return null;
                }
            }
            at = end;
        }
        return address;
    }

    /** Where the pair that begins here ends, at a semicolon or {@code to}; -1 if there is none. */
    private static int pairEnd(String line, int from, int to) {
        int equals = tokenEnd(line, from, to);
        if (equals == from || equals == to || line.charAt(equals) != '=') {
            return -1;
        }
        int value = equals + 1;
        boolean quoted = value < to && line.charAt(value) == '"';
        int end = quoted ? quotedEnd(line, value, to) : tokenEnd(line, value, to);
        return end > value && (end == to || line.charAt(end) == ';') ? end : -1;
    }

    /** Whether a pair between {@code from} and {@code at}, all of them well-formed, has the name that begins at {@code at}. */
    private static boolean isNamedBefore(String line, int from, int at, int equals) {
        int other = from;
        while (other < at) {
            if (line.charAt(other) == ';') {
                other++;
                continue;
            }
            if (line.charAt(other + equals - at) == '=' && line.regionMatches(true, other, line, at, equals - at)) {
                return true;
            }
            other = pairEnd(line, other, at);
        }
        return false;
    }

    private static @Nullable IpAddress node(String line, int from, int to) {
        if (line.charAt(from) != '"') {
            return Hop.parseNode(line, from, to); // no token holds a bracket or a colon
        }
        int start = from + 1;
        int end = to - 1;
        int escape = line.indexOf('\\', start);
        if (escape < 0 || escape >= end) {
            return Hop.parseNode(line, start, end);
        }
        StringBuilder plain = new StringBuilder(end - start);
        for (int at = start; at < end; at++) {
            plain.append(line.charAt(line.charAt(at) == '\\' ? ++at : at));
        }
        return Hop.parseNode(plain, 0, plain.length());
    }

    private static int tokenEnd(String line, int from, int to) {
        int at = from;
        while (at < to && isTokenChar(line.charAt(at))) {
            at++;
        }
        return at;
    }

    /** Just past the quoted string that begins here (RFC 9110 section 5.6.4), or -1. */
    private static int quotedEnd(String line, int from, int to) {
        for (int at = from + 1; at < to; at++) {
            char c = line.charAt(at);
            if (c == '"') {
                return at + 1;
            }
            if (c == '\\' && ++at == to) {
                return -1;
            }
            if (!isText(line.charAt(at))) {
                return -1;
            }
        }
        return -1;
    }

    private static boolean isText(char c) {
        return c == '\t' || (c >= ' ' && c <= 0xFF && c != 0x7F);
    }

    /** RFC 9110 section 5.6.2. */
    private static boolean isTokenChar(char c) {
        return (c >= 'a' && c <= 'z')
                || (c >= 'A' && c <= 'Z')
                || (c >= '0' && c <= '9')
                || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
    }
}
