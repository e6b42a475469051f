package dev.ipgate.net;

import java.util.Arrays;

/** Addresses of one family in ascending order, at which something begins or ends, and the search among them. */
final class Boundaries {

    /*
     * An address is a row of 32-bit words: one for IPv4, four for IPv6. Words at the end that are zero in every
     * boundary are not stored, so that a list of /64s takes two words each and a list of /32s one, and IPv4 is merely
     * the case of one word. An index on the first bits says between which two boundaries to search; it has room for
     * four times as many buckets as there are boundaries, so most are empty or hold one, until it reaches 1 MiB, where
     * two million random boundaries share buckets of eight. A search reads the index once and then a line or two of
     * cache, where a plain binary search of two million would miss the cache some fifteen times.
     */

    private static final int SPARE_BITS = 2; // with none, an IPv4 lookup takes 12 ns instead of 6 up to 1,000 prefixes
    private static final int MOST_INDEX_BITS = 18; // more gained nothing at 1,000,000: the index itself left the cache

    private static final Boundaries NO_IPV4 = new Boundaries(true, 1, new int[0]);
    private static final Boundaries NO_IPV6 = new Boundaries(false, 1, new int[0]);

    private final boolean ipv4;
    private final int width; // words stored of each boundary
    private final int[] words;
    private final int[] index; // index[b]: how many boundaries begin with bits below b
    private final int shift; // what is left of a first word when its index bits are taken

    private Boundaries(boolean ipv4, int width, int[] words) {
        this.ipv4 = ipv4;
        this.width = width;
        this.words = words;
        int indexBits = Math.min(MOST_INDEX_BITS, 32 - Integer.numberOfLeadingZeros(size()) + SPARE_BITS);
        this.shift = 32 - indexBits;
        this.index = new int[(1 << indexBits) + 1];
        for (int i = 0; i < words.length; i += width) {
            index[(words[i] >>> shift) + 1]++;
        }
        for (int bucket = 1; bucket < index.length; bucket++) {
            index[bucket] += index[bucket - 1];
        }
    }

    /** How many words an address of the family has. */
    static int words(boolean ipv4) {
        return ipv4 ? 1 : 4;
    }

    /** Takes the first {@code count} boundaries of an array that holds them at full width, strictly ascending. */
    static Boundaries of(boolean ipv4, int[] rows, int count) {
        if (count == 0) {
            return ipv4 ? NO_IPV4 : NO_IPV6; // a long list of rules has many sets of one family
        }
        int full = words(ipv4);
        int width = 1;
        for (int i = 0; i < count * full; i++) {
            if (rows[i] != 0) {
                width = Math.max(width, i % full + 1);
            }
        }
        int[] words = new int[count * width];
        for (int i = 0; i < count; i++) {
            System.arraycopy(rows, i * full, words, i * width, width);
        }
        return new Boundaries(ipv4, width, words);
    }

    int size() {
        return words.length / width;
    }

    /** How many boundaries are at or below the address, which must be of the same family. */
    int rank(IpAddress address) {
        int bucket = address.word(0) >>> shift;
        int from = index[bucket];
        int to = index[bucket + 1];
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (isAtMost(middle, address)) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        return from;
    }

    private boolean isAtMost(int boundary, IpAddress address) {
        int at = boundary * width;
        for (int word = 0; word < width; word++) {
            int order = Integer.compareUnsigned(words[at + word], address.word(word));
            if (order != 0) {
                return order < 0;
            }
        }
        return true;
    }

    /** Writes a boundary's words, at full width, into an array. */
    void copy(int boundary, int[] target, int at) {
        System.arraycopy(words, boundary * width, target, at, width);
        Arrays.fill(target, at + width, at + words(ipv4), 0);
    }

    IpAddress get(int boundary) {
        int at = boundary * width;
        return ipv4
                ? IpAddress.of(0, IpAddress.MAPPED | word(at))
                : IpAddress.of(
                        word(at) << 32 | (width > 1 ? word(at + 1) : 0),
                        (width > 2 ? word(at + 2) << 32 : 0) | (width > 3 ? word(at + 3) : 0));
    }

    /** The address before a boundary, or the family's last if there is no such boundary. */
    IpAddress before(int boundary) {
        if (boundary < size()) {
            return get(boundary).previous();
        }
        return ipv4 ? IpAddress.LAST_IPV4 : IpAddress.of(-1, -1);
    }

    /** The size of the arrays, in bytes. */
    long byteSize() {
        return 4L * words.length + 4L * index.length;
    }

    private long word(int at) {
        return words[at] & 0xFFFF_FFFFL;
    }
}
