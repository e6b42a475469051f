package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The head of an answer, read strictly (RFC 9112 sections 4 and 5): no bare line feeds, no folded lines, no blanks before
 * the colon, no control characters.
 *
 * @param http11 whether it is of HTTP/1.1; else of HTTP/1.0
 * @param status 100 to 999
 * @param reason the reason phrase; may be empty
 */
record AnswerHead(boolean http11, int status, String reason, HeaderMap headers) {

    private static final byte[] VERSION = "HTTP/1.".getBytes(ISO_8859_1);
    private static final int STATUS_LINE = "HTTP/1.1 200".length();
    private static final int MOST_HEADERS = 1000;
    private static final int MOST_LINES_OF_A_NAME = 127; // HeaderValues counts in a byte
    private static final boolean[] TOKEN = new boolean[128]; // RFC 9110 section 5.6.2

    static {
        for (char c = 0; c < TOKEN.length; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            TOKEN[c] = alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }

    /**
     * Finds the end of a head.
     *
     * @param from where to begin, absolute; what lies before has been searched
     * @return where the body begins, absolute, or -1 if the head is not complete
     */
    static int end(ByteBuffer buffer, int from) {
        for (int i = Math.max(from, buffer.position() + 3); i < buffer.limit(); i++) {
            if (buffer.get(i) == '\n'
                    && buffer.get(i - 1) == '\r'
                    && buffer.get(i - 2) == '\n'
                    && buffer.get(i - 3) == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /**
     * Reads a head from the buffer's position to its end, and moves the position there.
     *
     * @param end where the body begins, as {@link #end} found it
     * @throws BadAnswerException if it is malformed
     */
    static AnswerHead read(ByteBuffer buffer, int end) throws BadAnswerException {
        byte[] bytes = new byte[end - buffer.position()];
        buffer.get(bytes);
        return new Reader(bytes).read();
    }

    /** Walks over the bytes of a head once. */
    private static final class Reader {
        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes) {
            this.bytes = bytes;
        }

        AnswerHead read() throws BadAnswerException {
            for (byte expected : VERSION) {
                require(bytes[at++] == expected, "it does not begin with HTTP/1");
            }
            require(bytes.length > STATUS_LINE, "its status line is cut short");
            int minor = bytes[at++];
            require(minor == '1' || minor == '0', "its version is neither HTTP/1.1 nor HTTP/1.0");
            require(bytes[at++] == ' ', "its status line is malformed");
            int status = digit() * 100 + digit() * 10 + digit();
            require(status >= 100, "its status is below 100");
            String reason = "";
            if (bytes[at] == ' ') {
                at++;
                reason = text(at);
            }
            endLine();
            HeaderMap headers = new HeaderMap();
            int last = bytes.length - 2; // the empty line; a lone CR before it is not one
            for (int count = 0; at < last; count++) {
                require(count < MOST_HEADERS, "it has more than " + MOST_HEADERS + " header lines");
                header(headers);
            }
            return new AnswerHead(minor == '1', status, reason, headers);
        }

        private int digit() throws BadAnswerException {
            int digit = bytes[at++] - '0';
            require(digit >= 0 && digit <= 9, "its status is no number of three digits");
            return digit;
        }

        private void header(HeaderMap headers) throws BadAnswerException {
            int from = at;
            while (isToken(bytes[at])) {
                at++;
            }
            require(at > from && bytes[at] == ':', "a header's name is malformed");
            HttpString name = name(from, at);
            at++;
            while (isBlank(bytes[at])) {
                at++;
            }
            HeaderValues before = headers.get(name);
            require(before == null || before.size() < MOST_LINES_OF_A_NAME, "it has too many lines of one name");
            headers.add(name, text(at));
            endLine();
        }

        private HttpString name(int from, int to) {
            byte[] name = new byte[to - from];
            System.arraycopy(bytes, from, name, 0, name.length);
            return new HttpString(name);
        }

        /** The text to the end of the line without blanks at its end; moves to the line's end. */
        @SuppressWarnings("deprecation") // the constructor for bytes that are characters as they stand, as Latin-1 is
        private String text(int from) throws BadAnswerException {
            while (bytes[at] != '\r') {
                byte b = bytes[at++];
                require((b & 0xE0) != 0 || b == '\t', "a header has a control character");
                require(b != 0x7F, "a header has a control character");
            }
            int to = at;
            while (to > from && isBlank(bytes[to - 1])) {
                to--;
            }
            return new String(bytes, 0, from, to - from);
        }

        private void endLine() throws BadAnswerException {
            require(bytes[at] == '\r' && bytes[at + 1] == '\n', "a line ends without CR LF");
            at += 2;
        }

        private static boolean isToken(byte b) {
            return b > 0 && TOKEN[b];
        }

        private static boolean isBlank(byte b) {
            return b == ' ' || b == '\t';
        }
    }

    private static void require(boolean condition, String otherwise) throws BadAnswerException {
        if (!condition) {
            throw new BadAnswerException(otherwise);
        }
    }

    /** The only value of a header; null if it is missing. */
    @Nullable
    String first(HttpString name) {
        return headers.getFirst(name);
    }
}
