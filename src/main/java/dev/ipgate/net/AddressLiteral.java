package dev.ipgate.net;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import org.jspecify.annotations.Nullable;

/** The text of an address, read strictly (RFC 4291 section 2.2, RFC 6943 section 3.1.1) and written canonically (RFC 5952). */
final class AddressLiteral {

    private static final int LONGEST = "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255".length();

    private static final int LONGEST_IPV4 = "255.255.255.255".length();
    private static final int LONGEST_QUOTE = 100;

    private AddressLiteral() {}

    static @Nullable IpAddress parse(CharSequence text, int from, int to) {
        if (to - from < 2 || to - from > LONGEST) {
            return null;
        }
        for (int i = from; i < to; i++) {
            if (text.charAt(i) == ':') {
                return parseIpv6(text, from, to);
            }
        }
        long ipv4 = parseIpv4(text, from, to);
        return ipv4 < 0 ? null : IpAddress.of(0, IpAddress.MAPPED | ipv4);
    }

    /** The 32 bits of a dotted quad, or -1. */
    private static long parseIpv4(CharSequence text, int from, int to) {
        long bits = 0;
        int octets = 0;
        int at = from;
        while (true) {
            int start = at;
            int octet = 0;
            while (at < to && isDigit(text.charAt(at)) && at - start < 3) {
                octet = octet * 10 + text.charAt(at++) - '0';
            }
            boolean leadingZero = at - start > 1 && text.charAt(start) == '0'; // some read 010 as 8
            if (at == start || leadingZero || octet > 255) {
                return -1;
            }
            bits = bits << 8 | octet;
            octets++;
            if (at == to) {
                return octets == 4 ? bits : -1;
            }
            if (octets == 4 || text.charAt(at++) != '.') {
                return -1;
            }
        }
    }

    private static @Nullable IpAddress parseIpv6(CharSequence text, int from, int to) {
        long high = 0;
        long low = 0;
        int groups = 0; // read so far
        int gap = -1; // how many groups stood before "::"
        int at = from;
        if (text.charAt(at) == ':') {
            if (text.charAt(at + 1) != ':') {
                return null;
            }
            gap = 0;
            at += 2;
        }
        while (at < to) {
            if (groups == 8) {
                return null;
            }
            int start = at;
            int group = 0;
            while (at < to && at - start < 4 && hex(text.charAt(at)) >= 0) {
                group = group << 4 | hex(text.charAt(at++));
            }
            if (at < to && text.charAt(at) == '.') { // the last 32 bits as a dotted quad
                long ipv4 = parseIpv4(text, start, to);
                if (ipv4 < 0 || groups > 6) {
                    return null;
                }
                high = high << 32 | low >>> 32;
                low = low << 32 | ipv4;
                groups += 2;
                at = to;
                break;
            }
            if (at == start) {
                return null;
            }
            high = high << 16 | low >>> 48;
            low = low << 16 | group;
            groups++;
            if (at == to) {
                break;
            }
            if (text.charAt(at++) != ':' || at == to) {
                return null;
            }
            if (text.charAt(at) == ':') {
                if (gap >= 0) {
                    return null;
                }
                gap = groups;
                at++;
            }
        }
        if (gap < 0) {
            return groups == 8 ? IpAddress.of(high, low) : null;
        }
        return groups > 7 ? null : spread(high, low, groups, gap);
    }

    /** Puts the zero groups that "::" stands for between the first {@code gap} groups and the rest. */
    private static IpAddress spread(long high, long low, int groups, int gap) {
        int tail = 16 * (groups - gap); // bits after the gap, at most 112
        long tailHigh = tail > 64 ? high & (1L << (tail - 64)) - 1 : 0;
        long tailLow = tail >= 64 ? low : low & (1L << tail) - 1;
        long headHigh = 0; // what stood before the gap, moved to the front
        long headLow = 0;
        for (int group = 0; group < gap; group++) {
            long bits = groupAt(high, low, groups - 1 - group);
            if (group < 4) {
                headHigh |= bits << (48 - 16 * group);
            } else {
                headLow |= bits << (112 - 16 * group);
            }
        }
        return IpAddress.of(headHigh | tailHigh, headLow | tailLow);
    }

    /** A group counted from the right, from 0. */
    private static long groupAt(long high, long low, int fromRight) {
        return (fromRight < 4 ? low >>> (16 * fromRight) : high >>> (16 * (fromRight - 4))) & 0xFFFF;
    }

    static StringBuilder append(StringBuilder text, IpAddress address) {
        return address.isIpv4()
                ? text.append(ipv4((int) address.low()))
                : appendIpv6(text, address.high(), address.low());
    }

    /** Dotted decimal. Each request that passes has it written for the app, each that is refused for the client. */
    static String ipv4(int bits) {
        byte[] text = new byte[LONGEST_IPV4];
        int end = 0;
        for (int shift = 24; shift >= 0; shift -= 8) {
            int octet = bits >>> shift & 0xFF;
            if (octet >= 100) {
                text[end++] = (byte) ('0' + octet / 100);
            }
            if (octet >= 10) {
                text[end++] = (byte) ('0' + octet / 10 % 10);
            }
            text[end++] = (byte) ('0' + octet % 10);
            if (shift > 0) {
                text[end++] = '.';
            }
        }
        return new String(text, 0, end, ISO_8859_1);
    }

    private static StringBuilder appendIpv6(StringBuilder text, long high, long low) {
        int gapStart = 8; // the first of the longest runs of two or more zero groups (RFC 5952 section 4.2)
        int gapEnd = 8;
        for (int start = 0; start < 8; start++) {
            int end = start;
            while (end < 8 && groupAt(high, low, 7 - end) == 0) {
                end++;
            }
            if (end - start > Math.max(1, gapEnd - gapStart)) {
                gapStart = start;
                gapEnd = end;
            }
            start = Math.max(start, end);
        }
        for (int group = 0; group < 8; group++) {
            if (group == gapStart) {
                text.append("::");
                group = gapEnd - 1;
                continue;
            }
            if (group > 0 && group != gapEnd) {
                text.append(':');
            }
            appendHex(text, (int) groupAt(high, low, 7 - group));
        }
        return text;
    }

    private static void appendHex(StringBuilder text, int group) {
        for (int shift = 12; shift >= 0; shift -= 4) {
            if (group >>> shift != 0 || shift == 0) {
                text.append(Character.forDigit(group >>> shift & 0xF, 16));
            }
        }
    }

    /**
     * Says why a text is no address, and what its author may have meant.
     *
     * @param rest what was written behind the address, such as {@code /8}: quoted with it, not judged
     */
    static String whatIsWrong(String text, String rest) {
        String quoted = quoted(text + rest);
        if (text.isEmpty()) {
            return rest.isEmpty()
                    ? "an address is missing"
                    : quoted + " has no address before \"" + rest.charAt(0) + "\"";
        }
        if (text.indexOf('%') >= 0) {
            return quoted + " has a zone id; write the address without it";
        }
        if (text.startsWith("[") && text.endsWith("]")) {
            return quoted + " has brackets; write the address without them";
        }
        if (text.matches("[0-9.]+:[0-9]+|\\[.*]:[0-9]+")) {
            return quoted + " has a port; write the address without it";
        }
        if (text.matches("[0-9]{1,9}(\\.[0-9]{1,9}){3}")) {
            return whatIsWrongWithOctets(text, rest);
        }
        if (text.matches("[0-9]+(\\.[0-9]+)*")) {
            return quoted + " is not an IP address: IPv4 has four octets";
        }
        if (text.indexOf('/') > 0 && parse(text, 0, text.indexOf('/')) != null) {
            return quoted + " is a block; write one address";
        }
        return quoted + " is not an IP address";
    }

    private static String whatIsWrongWithOctets(String text, String rest) {
        StringBuilder decimal = new StringBuilder();
        for (String octet : text.split("\\.", -1)) {
            int value = Integer.parseInt(octet);
            if (value > 255) {
                return quoted(text + rest) + " has an octet over 255";
            }
            decimal.append(decimal.isEmpty() ? "" : ".").append(value);
        }
        return quoted(text + rest)
                + " has an octet with a leading zero, which some programs read as octal; did you mean " + decimal + rest
                + "?";
    }

    /** A text in quotes, as a message shows it: a long one cut, control characters replaced. */
    static String quoted(String text) {
        String start = text.length() > LONGEST_QUOTE ? text.substring(0, LONGEST_QUOTE) + "…" : text;
        return "\"" + start.replaceAll("\\p{Cntrl}", "?") + "\"";
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static int hex(char c) {
        if (isDigit(c)) {
            return c - '0';
        }
        char lower = (char) (c | 0x20);
        return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
    }
}
