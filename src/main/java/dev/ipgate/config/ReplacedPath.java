package dev.ipgate.config;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * How the paths of a location become the app's: {@code upstream.replace_path}, nginx's {@code proxy_pass} with a URI.
 *
 * @param from the location's path in its canonical form, with which the paths of its requests begin
 * @param encodedFrom the same as it is sent
 * @param to what takes its place, as it is sent
 */
public record ReplacedPath(String from, String encodedFrom, String to) {

    private static final String AS_THEY_ARE = "-._~!$&'()*+,=:@/"; // RFC 3986 section 3.3, without the semicolon
    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    static ReplacedPath of(String from, String to) {
        return new ReplacedPath(from, encoded(from), to);
    }

    /** The path with something behind it as the app gets it; where both would have a slash there is one. */
    public String with(String rest) {
        return to.endsWith("/") && rest.startsWith("/") ? to + rest.substring(1) : to + rest;
    }

    /** A decoded path as it is sent. */
    public static String encoded(String path) {
        StringBuilder encoded = new StringBuilder(path.length());
        for (byte b : path.getBytes(UTF_8)) {
            boolean alphanumeric = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9');
            if (alphanumeric || (b >= 0 && AS_THEY_ARE.indexOf(b) >= 0)) {
                encoded.append((char) b);
            } else {
                encoded.append('%').append(HEX[b >> 4 & 0xF]).append(HEX[b & 0xF]);
            }
        }
        return encoded.toString();
    }
}
