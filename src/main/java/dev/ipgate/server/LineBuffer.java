package dev.ipgate.server;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Lines in UTF-8, up to a fixed number of bytes, of which it holds as many as it once needed. Not safe for use by several
 * threads.
 */
final class LineBuffer {

    private static final int MOST_BYTES_A_CHAR = 3;
    private static final int FIRST_BYTES = 16 * 1024;

    private final int capacity;
    private byte[] bytes;
    private int end;
    private int lines;

    LineBuffer(int capacity) {
        this.capacity = capacity;
        this.bytes = new byte[Math.min(FIRST_BYTES, capacity)];
    }

    boolean isEmpty() {
        return end == 0;
    }

    boolean isHalfFull() {
        return end > capacity / 2;
    }

    /** How many lines it holds. */
    int lines() {
        return lines;
    }

    /**
     * Adds a line and a line feed; false, and nothing added, if there might be no room. Allocates only what it never needed
     * before.
     */
    boolean append(CharSequence line) {
        int length = line.length();
        if (length >= (capacity - end) / MOST_BYTES_A_CHAR) {
            return false;
        }
        int needed = end + length * MOST_BYTES_A_CHAR + 1;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.min(capacity, Math.max(needed, 2 * bytes.length)));
        }
        for (int i = 0; i < length; i++) {
            char c = line.charAt(i);
            if (c < 0x80) {
                bytes[end++] = (byte) c;
            } else {
                i += appendEncoded(line, i, c);
            }
        }
        bytes[end++] = '\n';
        lines++;
        return true;
    }

    void writeTo(OutputStream out) throws IOException {
        out.write(bytes, 0, end);
        out.flush();
    }

    void clear() {
        end = 0;
        lines = 0;
    }

    /** Encodes the character at an index, and returns how many chars after it belong to it. */
    private int appendEncoded(CharSequence line, int at, char c) {
        if (c < 0x800) {
            bytes[end++] = (byte) (0xC0 | (c >> 6));
            bytes[end++] = (byte) (0x80 | (c & 0x3F));
            return 0;
        }
        if (!Character.isSurrogate(c)) {
            bytes[end++] = (byte) (0xE0 | (c >> 12));
            bytes[end++] = (byte) (0x80 | ((c >> 6) & 0x3F));
            bytes[end++] = (byte) (0x80 | (c & 0x3F));
            return 0;
        }
        if (Character.isHighSurrogate(c) && at + 1 < line.length() && Character.isLowSurrogate(line.charAt(at + 1))) {
            int codePoint = Character.toCodePoint(c, line.charAt(at + 1));
            bytes[end++] = (byte) (0xF0 | (codePoint >> 18));
            bytes[end++] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
            bytes[end++] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
            bytes[end++] = (byte) (0x80 | (codePoint & 0x3F));
            return 1;
        }
        bytes[end++] = '?';
        return 0;
    }
}
