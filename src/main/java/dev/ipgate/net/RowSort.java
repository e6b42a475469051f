package dev.ipgate.net;

/** Sorts rows of 32-bit words that lie one after another in an array. */
final class RowSort {

    /*
     * Radix sort, the last byte of the key first. It compares nothing and boxes nothing: a million IPv4 ranges take
     * four passes, where sorting as many objects would chase twenty million pointers. A byte that all rows share
     * costs no move, and rows already in order, as those of one compiled set are, cost one look.
     */

    private RowSort() {}

    /**
     * Sorts by the words at the front of each row, read as one unsigned number. Rows with equal keys keep their order.
     *
     * @param rows the rows; may be overwritten
     * @param count how many there are
     * @param length how many words a row has
     * @param key how many of them, from the first, are its key
     * @return the array that holds the result: the given one or another
     */
    static int[] sort(int[] rows, int count, int length, int key) {
        if (isSorted(rows, count, length, key)) {
            return rows;
        }
        int[] from = rows;
        int[] to = new int[count * length];
        for (int word = key - 1; word >= 0; word--) {
            for (int shift = 0; shift < 32; shift += 8) {
                int[] next = positions(from, count, length, word, shift);
                if (next.length == 0) {
                    continue;
                }
                for (int at = 0; at < count * length; at += length) {
                    int target = length * next[from[at + word] >>> shift & 0xFF]++;
                    for (int i = 0; i < length; i++) {
                        to[target + i] = from[at + i];
                    }
                }
                int[] sorted = to;
                to = from;
                from = sorted;
            }
        }
        return from;
    }

    /** For each value of a byte, where its first row goes; empty if all rows share one value. */
    private static int[] positions(int[] rows, int count, int length, int word, int shift) {
        int[] positions = new int[257];
        for (int at = word; at < count * length; at += length) {
            positions[(rows[at] >>> shift & 0xFF) + 1]++;
        }
        for (int value = 1; value <= 256; value++) {
            if (positions[value] == count) {
                return new int[0];
            }
            positions[value] += positions[value - 1];
        }
        return positions;
    }

    private static boolean isSorted(int[] rows, int count, int length, int key) {
        for (int at = length; at < count * length; at += length) {
            if (compare(rows, at - length, rows, at, key) > 0) {
                return false;
            }
        }
        return true;
    }

    /** Compares two runs of words as unsigned numbers. */
    static int compare(int[] left, int leftAt, int[] right, int rightAt, int words) {
        for (int i = 0; i < words; i++) {
            int order = Integer.compareUnsigned(left[leftAt + i], right[rightAt + i]);
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
