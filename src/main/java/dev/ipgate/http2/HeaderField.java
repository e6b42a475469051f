package dev.ipgate.http2;

import dev.ipgate.http.HeadReader;
import io.undertow.util.HttpString;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One header field. Judged when it is made, which is once for many requests where the client indexes it.
 *
 * @param problem what is malformed about it, in whichever request it stands, or null
 */
record HeaderField(HttpString name, String value, @Nullable String problem) {

    /** What speaks of one connection has no place in HTTP/2 (RFC 9113 section 8.2.2). */
    private static final Set<HttpString> OF_ONE_CONNECTION = Set.of(
            new HttpString("connection"),
            new HttpString("proxy-connection"),
            new HttpString("keep-alive"),
            new HttpString("transfer-encoding"),
            new HttpString("upgrade"));

    private static final HttpString TE = new HttpString("te");
    private static final int OVERHEAD = 32; // RFC 7541 section 4.1

    static HeaderField of(HttpString name, String value) {
        return new HeaderField(name, value, whatIsWrong(name, value));
    }

    /** Whether it belongs on a request's first line in HTTP/1.1. */
    boolean isPseudo() {
        return name.length() > 0 && name.byteAt(0) == ':';
    }

    /** What it counts in a table, and in a limit. */
    int size() {
        return name.length() + value.length() + OVERHEAD;
    }

    private static @Nullable String whatIsWrong(HttpString name, String value) {
        if (!isName(name)) {
            return "a header's name is malformed";
        }
        if (!isValue(value)) {
            return "a header has a control character, or a blank at its beginning or end";
        }
        if (OF_ONE_CONNECTION.contains(name)) {
            return "a header speaks of the connection, as none does in HTTP/2";
        }
        if (name.equals(TE) && !value.equalsIgnoreCase("trailers")) {
            return "its TE is other than trailers";
        }
        return null;
    }

    /** A token without capitals, but for the colon that a pseudo-header begins with (RFC 9113 section 8.2.1). */
    private static boolean isName(HttpString name) {
        int start = name.length() > 0 && name.byteAt(0) == ':' ? 1 : 0;
        for (int i = start; i < name.length(); i++) {
            byte b = name.byteAt(i);
            if (!HeadReader.isToken(b) || (b >= 'A' && b <= 'Z')) {
                return false;
            }
        }
        return name.length() > start;
    }

    /** As strict as with HTTP/1.1, which the app speaks. */
    private static boolean isValue(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < ' ' && c != '\t') || c == 0x7F) {
                return false;
            }
        }
        return value.isEmpty() || !(isBlank(value.charAt(0)) || isBlank(value.charAt(value.length() - 1)));
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }
}
