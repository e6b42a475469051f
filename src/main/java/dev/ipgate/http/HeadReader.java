package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Walks once over the bytes of a head, strictly (RFC 9112 sections 2.2, 4 and 5): no bare line feeds, no folded lines, no
 * blanks before the colon, no control characters. Requests and answers differ in their first line alone.
 */
public final class HeadReader {

    private static final int MOST_HEADERS = 1000;
    private static final int MOST_LINES_OF_A_NAME = 127; // HeaderValues counts in a byte
    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\n".getBytes(US_ASCII);
    private static final boolean[] TOKEN = new boolean[128]; // RFC 9110 section 5.6.2

    static {
        for (char c = 0; c < TOKEN.length; c++) {
            boolean alphanumeric = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
            TOKEN[c] = alphanumeric || "!#$%&'*+-.^_`|~".indexOf(c) >= 0;
        }
    }

    private final HeaderNames names;
    private byte[] bytes = new byte[16 * 1024];
    private int at;
    private int end;

    /** @param names where names come from that were met before */
    public HeadReader(HeaderNames names) {
        this.names = names;
    }

    /**
     * Looks for the end of a head and makes ready to read it.
     *
     * @param buffer its bytes, from 0 to its position; stays as it is
     * @param searched how many of them were there when this was called last, in vain; else 0
     * @return where the body begins, or -1 if the head is not complete
     * @throws MalformedMessageException if a line ends in a bare line feed
     */
    public int find(ByteBuffer buffer, int searched) throws MalformedMessageException {
        int filled = buffer.position();
        if (bytes.length < filled) {
            bytes = new byte[Math.max(filled, 2 * bytes.length)];
        }
        int from = Math.max(0, searched - 3); // the empty line may have come in pieces
        buffer.get(from, bytes, from, filled - from);
        for (int i = from; i < filled; i++) {
            if (bytes[i] == '\n') {
                require(i > 0 && (i == from || bytes[i - 1] == '\r'), "a line ends without CR LF");
                if (i >= from + 3 && bytes[i - 2] == '\n') {
                    buffer.get(0, bytes, 0, from);
                    at = 0;
                    end = i + 1;
                    return end;
                }
            }
        }
        return -1;
    }

    /** Starts to read lines that end with an empty one; the array stays the caller's, and unchanged. */
    HeadReader start(byte[] lines) {
        bytes = lines;
        at = 0;
        end = lines.length;
        return this;
    }

    /** Whether the head that was found is the one with which HTTP/2 begins (RFC 9113 section 3.4). */
    boolean isPreface() {
        return at == 0 && end == PREFACE.length && Arrays.equals(bytes, 0, end, PREFACE, 0, end);
    }

    /** Takes the next byte. */
    public byte next() throws MalformedMessageException {
        require(at < end, "its head is cut short");
        return bytes[at++];
    }

    /** Whether this byte is next; takes it if so. */
    public boolean takes(char c) {
        if (at < end && bytes[at] == c) {
            at++;
            return true;
        }
        return false;
    }

    /** A name, which one byte ends that is taken too. */
    public HttpString token(char ender, String otherwise) throws MalformedMessageException {
        int from = at;
        while (isToken(bytes[at])) {
            at++; // the end of the head is no token, so this stops
        }
        require(at > from && bytes[at] == ender, otherwise);
        return names.of(bytes, from, at++);
    }

    /** The bytes up to a blank, which is taken too, as characters; at least one. */
    String word(String otherwise) throws MalformedMessageException {
        int from = at;
        while ((bytes[at] > ' ' && bytes[at] != 0x7F) || bytes[at] < 0) {
            at++;
        }
        require(at > from && bytes[at] == ' ', otherwise);
        return text(from, at++);
    }

    /** The text to the end of the line without blanks at its end; the line's end is taken too. */
    public String restOfLine() throws MalformedMessageException {
        int from = at;
        while (bytes[at] != '\r') {
            byte b = bytes[at++];
            require(((b & 0xE0) != 0 && b != 0x7F) || b == '\t', "a header has a control character");
        }
        int to = at;
        while (to > from && isBlank(bytes[to - 1])) {
            to--;
        }
        endLine();
        return text(from, to);
    }

    /** The lines that are left, which are headers. */
    public void headers(HeaderMap headers) throws MalformedMessageException {
        int last = end - 2; // the empty line; a lone CR before it is not one
        for (int count = 0; at < last; count++) {
            require(count < MOST_HEADERS, "it has more than " + MOST_HEADERS + " header lines");
            HttpString name = token(':', "a header's name is malformed");
            while (isBlank(bytes[at])) {
                at++;
            }
            HeaderValues before = headers.get(name);
            require(before == null || before.size() < MOST_LINES_OF_A_NAME, "it has too many lines of one name");
            headers.add(name, restOfLine());
        }
        endLine();
    }

    public void endLine() throws MalformedMessageException {
        require(at + 1 < end && bytes[at] == '\r' && bytes[at + 1] == '\n', "a line ends without CR LF");
        at += 2;
    }

    @SuppressWarnings("deprecation") // the constructor for bytes that are characters as they stand, as Latin-1 is
    private String text(int from, int to) {
        return new String(bytes, 0, from, to - from);
    }

    /** Whether a name may hold this byte. */
    public static boolean isToken(byte b) {
        return b > 0 && TOKEN[b];
    }

    private static boolean isBlank(byte b) {
        return b == ' ' || b == '\t';
    }

    public static void require(boolean condition, String otherwise) throws MalformedMessageException {
        if (!condition) {
            throw new MalformedMessageException(otherwise);
        }
    }
}
