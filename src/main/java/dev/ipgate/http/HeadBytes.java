package dev.ipgate.http;

import io.undertow.util.HttpString;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** The bytes of a head in the making. Cleared and used again for the next; grows as far as heads do. */
public final class HeadBytes {

    private static final int KEPT = 64 * 1024; // a larger one was an exception, and is not kept

    private byte[] bytes = new byte[2048];
    private int length;

    public HeadBytes clear() {
        if (bytes.length > KEPT) {
            bytes = new byte[2048];
        }
        length = 0;
        return this;
    }

    public HeadBytes add(HttpString name) {
        int count = name.length();
        reserve(count);
        name.copyTo(bytes, length);
        length += count;
        return this;
    }

    /** Adds a text whose characters are bytes, as those of a parsed head are. */
    @SuppressWarnings("deprecation") // the one method that copies characters as bytes and allocates nothing
    public HeadBytes add(String text) {
        int count = text.length();
        reserve(count);
        text.getBytes(0, count, bytes, length);
        length += count;
        return this;
    }

    public HeadBytes line(HttpString name, String value) {
        return add(name).add(": ").add(value).add("\r\n");
    }

    /** The bytes so far; valid until the next {@link #clear}. */
    public ByteBuffer buffer() {
        return ByteBuffer.wrap(bytes, 0, length);
    }

    int length() {
        return length;
    }

    /** Copies the bytes so far to a position of the buffer, whose own position stays. */
    void copyTo(ByteBuffer to, int at) {
        to.put(at, bytes, 0, length);
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
    }
}
