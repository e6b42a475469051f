package dev.ipgate.http2;

import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Arrays;
import java.util.Set;

/**
 * Writes blocks of header fields (RFC 7541). Nothing is remembered from one to the next, as with nginx: one for all
 * connections of an IO thread, and a client whose table is small loses nothing.
 */
final class HpackEncoder {

    private static final int KEPT = 64 * 1024; // a larger one was an exception, and is not kept
    private static final int STATUS = 8; // the first of the static table's
    private static final int[] STATUSES = {200, 204, 206, 304, 400, 404, 500}; // from there on
    private static final Set<HttpString> OF_ONE_CONNECTION = Set.of(
            Headers.CONNECTION,
            new HttpString("keep-alive"),
            new HttpString("proxy-connection"),
            Headers.TRANSFER_ENCODING,
            Headers.UPGRADE);

    private byte[] bytes = new byte[2048];
    private int length;

    /**
     * Begins a block.
     *
     * @param first whether it is the connection's first, and has to say that there will be no table
     */
    HpackEncoder start(boolean first) {
        if (bytes.length > KEPT) {
            bytes = new byte[2048];
        }
        length = 0;
        if (first) {
            add(0x20); // RFC 7541 section 6.3
        }
        return this;
    }

    HpackEncoder status(int status) {
        int place = Arrays.binarySearch(STATUSES, status);
        if (place >= 0) {
            return add(0x80 | (STATUS + place));
        }
        add(STATUS);
        return text(Integer.toString(status));
    }

    /** All fields but those that speak of one connection. */
    HpackEncoder fields(HeaderMap headers) {
        for (long at = headers.fastIterateNonEmpty(); at != -1; at = headers.fiNextNonEmpty(at)) {
            HeaderValues values = headers.fiCurrent(at);
            HttpString name = values.getHeaderName();
            if (OF_ONE_CONNECTION.contains(name)) {
                continue;
            }
            for (int i = 0; i < values.size(); i++) {
                field(name, values.get(i));
            }
        }
        return this;
    }

    /** A literal that nobody is to remember. */
    HpackEncoder field(HttpString name, String value) {
        int index = StaticTable.indexOf(name);
        integer(0, 4, index);
        if (index == 0) {
            int size = name.length();
            integer(0, 7, size);
            reserve(size);
            for (int i = 0; i < size; i++) {
                byte b = name.byteAt(i);
                bytes[length++] = b >= 'A' && b <= 'Z' ? (byte) (b + 'a' - 'A') : b;
            }
        }
        return text(value);
    }

    @SuppressWarnings("deprecation") // the one method that copies characters as bytes and allocates nothing
    private HpackEncoder text(String value) {
        int size = value.length();
        integer(0, 7, size);
        reserve(size);
        value.getBytes(0, size, bytes, length);
        length += size;
        return this;
    }

    /** RFC 7541 section 5.1. */
    private void integer(int pattern, int prefix, int value) {
        int most = (1 << prefix) - 1;
        if (value < most) {
            add(pattern | value);
            return;
        }
        add(pattern | most);
        int rest = value - most;
        for (; rest >= 0x80; rest >>>= 7) {
            add((rest & 0x7F) | 0x80);
        }
        add(rest);
    }

    private HpackEncoder add(int value) {
        reserve(1);
        bytes[length++] = (byte) value;
        return this;
    }

    private void reserve(int count) {
        if (bytes.length - length < count) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + count));
        }
    }

    /** The block so far, from 0 to {@link #length}; valid until the next one. */
    byte[] bytes() {
        return bytes;
    }

    int length() {
        return length;
    }
}
