package dev.ipgate.server;

import java.nio.charset.StandardCharsets;

/**
 * Percent-encoded UTF-8 in a path (RFC 3986 section 2.1). Bytes that are not UTF-8, overlong forms of a slash or a dot
 * among them, become U+FFFD, which no location is written with.
 */
final class PercentEncoding {

    private PercentEncoding() {}

    /** Whether two hexadecimal digits follow every percent sign. */
    static boolean isWellFormed(String text) {
        for (int at = text.indexOf('%'); at >= 0; at = text.indexOf('%', at + 3)) {
            if (byteAt(text, at) < 0) {
                return false;
            }
        }
        return true;
    }

    /** The text decoded once; a percent sign without two digits stands for itself. */
    static String decode(String text) {
        return decode(text, false);
    }

    /** The same for a server that takes an encoded slash for data: it stays {@code %2F}. */
    static String decodeAllButSlashes(String text) {
        return decode(text, true);
    }

    private static String decode(String text, boolean keepSlashes) {
        int percent = text.indexOf('%');
        if (percent < 0) {
            return text;
        }
        StringBuilder decoded = new StringBuilder(text.length()).append(text, 0, percent);
        byte[] run = new byte[(text.length() - percent) / 3]; // encoded bytes without anything between
        int at = percent;
        while (at < text.length()) {
            int length = 0;
            for (int b = byteAt(text, at); b >= 0 && !(keepSlashes && b == '/'); b = byteAt(text, at)) {
                run[length++] = (byte) b;
                at += 3;
            }
            if (length > 0) {
                decoded.append(new String(run, 0, length, StandardCharsets.UTF_8));
            } else if (byteAt(text, at) >= 0) {
                decoded.append("%2F");
                at += 3;
            } else {
                decoded.append(text.charAt(at++));
            }
        }
        return decoded.toString();
    }

    /** The byte that is encoded here, or -1. */
    private static int byteAt(String text, int at) {
        if (at + 2 >= text.length() || text.charAt(at) != '%') {
            return -1;
        }
        int high = hex(text.charAt(at + 1));
        int low = hex(text.charAt(at + 2));
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    /** Not {@code Character.digit}, which knows the digits of every script. */
    private static int hex(char c) {
        return c < 0x80 ? Character.digit(c, 16) : -1;
    }
}
