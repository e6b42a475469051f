package dev.ipgate.http;

import io.undertow.util.HttpString;

/**
 * Remembers the header names and methods that were met last, so that a head of the usual kind makes none anew. Names are
 * told apart byte for byte: the app sees them as the client wrote them. For one thread.
 */
public final class HeaderNames {

    /*
     * A table with one place for each hash and no chains: whoever fills it with strange names costs the others a
     * few allocations, and no more.
     */

    private static final int PLACES = 256;
    private static final int LONGEST = 64; // longer ones are rare, and not worth their memory

    private final HttpString[] names = new HttpString[PLACES];
    private final byte[][] written = new byte[PLACES][];

    /** The name that stands between two positions. */
    public HttpString of(byte[] bytes, int from, int to) {
        int length = to - from;
        int hash = length;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        int place = (hash ^ hash >>> 8 ^ hash >>> 16) & PLACES - 1;
        byte[] there = written[place];
        if (there != null && isSame(there, bytes, from, length)) {
            return names[place];
        }
        byte[] copy = new byte[length];
        System.arraycopy(bytes, from, copy, 0, length);
        HttpString name = new HttpString(copy);
        if (length <= LONGEST) {
            written[place] = copy;
            names[place] = name;
        }
        return name;
    }

    private static boolean isSame(byte[] name, byte[] bytes, int from, int length) {
        if (name.length != length) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            if (name[i] != bytes[from + i]) {
                return false;
            }
        }
        return true;
    }
}
