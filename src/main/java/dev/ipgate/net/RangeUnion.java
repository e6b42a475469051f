package dev.ipgate.net;

import java.util.Arrays;

/** Collects ranges of one family in any order and merges those that overlap or touch. */
final class RangeUnion {

    private final boolean ipv4;
    private final int words;
    private int[] rows; // of each range its first address and the one after its last, which is zero past the top
    private int count;

    RangeUnion(boolean ipv4) {
        this.ipv4 = ipv4;
        this.words = Boundaries.words(ipv4);
        this.rows = new int[8 * words];
    }

    void add(IpAddress first, IpAddress last) {
        int at = count++ * 2 * words;
        if (at + 2 * words > rows.length) {
            rows = Arrays.copyOf(rows, 2 * rows.length);
        }
        int carry = 1;
        for (int word = words - 1; word >= 0; word--) {
            rows[at + word] = first.word(word);
            int end = last.word(word) + carry;
            rows[at + words + word] = end;
            carry = carry == 1 && end == 0 ? 1 : 0;
        }
    }

    /** The boundaries of the union: a range begins at the first, ends before the second, and so on. Call it once. */
    Boundaries merge() {
        int[] sorted = RowSort.sort(rows, count, 2 * words, words);
        int merged = 0; // ranges written back to the front, which reading has always passed
        for (int range = 0; range < count; range++) {
            int start = range * 2 * words;
            int end = start + words;
            int lastEnd = merged * 2 * words - words;
            if (merged > 0 && isPastTop(sorted, lastEnd)) {
                break;
            }
            if (merged == 0 || RowSort.compare(sorted, start, sorted, lastEnd, words) > 0) {
                System.arraycopy(sorted, start, sorted, merged++ * 2 * words, 2 * words);
            } else if (isPastTop(sorted, end) || RowSort.compare(sorted, end, sorted, lastEnd, words) > 0) {
                System.arraycopy(sorted, end, sorted, lastEnd, words);
            }
        }
        boolean open = merged > 0 && isPastTop(sorted, merged * 2 * words - words);
        return Boundaries.of(ipv4, sorted, 2 * merged - (open ? 1 : 0));
    }

    private boolean isPastTop(int[] sorted, int end) {
        for (int word = 0; word < words; word++) {
            if (sorted[end + word] != 0) {
                return false;
            }
        }
        return true;
    }
}
