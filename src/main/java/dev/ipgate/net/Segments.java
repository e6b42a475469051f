package dev.ipgate.net;

import java.util.Arrays;
import java.util.List;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.IntConsumer;
import java.util.function.IntPredicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** One family's half of a {@link RangeTable}: segments that tile its addresses, and the number of each. */
final class Segments {

    private final boolean ipv4;
    private final Boundaries
            boundaries; // where a segment begins, but for the first, which begins at the lowest address
    private final char[] small; // numbers by segment, if all fit
    private final int[] large; // numbers by segment, if not; one of the two is empty

    private Segments(boolean ipv4, Boundaries boundaries, int[] numbers) {
        this.ipv4 = ipv4;
        this.boundaries = boundaries;
        int size = boundaries.size() + 1;
        int most = 0;
        for (int i = 0; i < size; i++) {
            most = Math.max(most, numbers[i]);
        }
        if (most > Character.MAX_VALUE) {
            this.small = new char[0];
            this.large = Arrays.copyOf(numbers, size);
        } else {
            this.small = new char[size];
            this.large = new int[0];
            for (int i = 0; i < size; i++) {
                small[i] = (char) numbers[i];
            }
        }
    }

    /** Sweeps over the boundaries of all sets, entering and leaving them, and keeps those where the number changes. */
    static Segments flatten(boolean ipv4, List<AddressSet> sets, ToIntFunction<NavigableSet<Integer>> number) {
        int words = Boundaries.words(ipv4);
        int length = words + 1; // a row is a boundary and the place of its set
        int count = 0;
        for (AddressSet set : sets) {
            count += set.boundaries(ipv4).size();
        }
        int[] rows = RowSort.sort(rows(ipv4, sets, count, length), count, length, words);

        int[] numbers = new int[count + 1];
        int kept = 0; // written back to the front, which reading has always passed
        NavigableSet<Integer> holding = new TreeSet<>();
        numbers[0] = number.applyAsInt(holding);
        for (int row = 0; row < count; row++) {
            int at = row * length;
            Integer set = rows[at + words];
            if (!holding.remove(set)) {
                holding.add(set);
            }
            if (row + 1 < count && RowSort.compare(rows, at, rows, at + length, words) == 0) {
                continue;
            }
            int next = number.applyAsInt(holding);
            if (isLowest(rows, at, words)) {
                numbers[0] = next;
            } else if (next != numbers[kept]) {
                System.arraycopy(rows, at, rows, kept * words, words);
                numbers[++kept] = next;
            }
        }
        return new Segments(ipv4, Boundaries.of(ipv4, rows, kept), numbers);
    }

    private static int[] rows(boolean ipv4, List<AddressSet> sets, int count, int length) {
        int[] rows = new int[count * length];
        int at = 0;
        int place = 0;
        for (AddressSet set : sets) {
            Boundaries boundaries = set.boundaries(ipv4);
            for (int i = 0; i < boundaries.size(); i++) {
                boundaries.copy(i, rows, at);
                rows[at + length - 1] = place;
                at += length;
            }
            place++;
        }
        return rows;
    }

    private static boolean isLowest(int[] rows, int at, int words) {
        for (int word = 0; word < words; word++) {
            if (rows[at + word] != 0) {
                return false;
            }
        }
        return true;
    }

    int get(IpAddress address) {
        return number(boundaries.rank(address));
    }

    private int number(int segment) {
        return large.length == 0 ? small[segment] : large[segment];
    }

    void forEachWithin(IpRange range, IntConsumer consumer) {
        int last = boundaries.rank(range.last());
        for (int segment = boundaries.rank(range.first()); segment <= last; segment++) {
            consumer.accept(number(segment));
        }
    }

    @Nullable
    IpAddress firstWithin(IpRange range, IntPredicate wanted) {
        int first = boundaries.rank(range.first());
        int last = boundaries.rank(range.last());
        for (int segment = first; segment <= last; segment++) {
            if (wanted.test(number(segment))) {
                return segment == first ? range.first() : boundaries.get(segment - 1);
            }
        }
        return null;
    }

    @Nullable
    IpAddress firstWith(int number) {
        for (int segment = 0; segment <= boundaries.size(); segment++) {
            if (number(segment) == number) {
                return segment == 0 ? lowest() : boundaries.get(segment - 1);
            }
        }
        return null;
    }

    private IpAddress lowest() {
        return ipv4 ? IpAddress.FIRST_IPV4 : IpAddress.of(0, 0);
    }

    long byteSize() {
        return boundaries.byteSize() + 2L * small.length + 4L * large.length;
    }
}
