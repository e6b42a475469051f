package dev.ipgate.server;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the longest of many prefixes that a path begins with. Immutable; a lookup allocates nothing.
 *
 * @param <T> what is kept for a prefix
 */
final class PrefixTable<T> {

    /*
     * Prefixes are sorted. Whatever stands between a prefix of the path and the path itself begins with that prefix too,
     * so the longest is the last entry that is not after the path, or one of those that this entry begins with. Each
     * entry knows the longest of them: a lookup is one binary search and a short walk up.
     */

    /** A prefix; {@code beforeRegex} is nginx's {@code ^~}. */
    record Entry<T>(String prefix, boolean beforeRegex, T location) {}

    private final List<Entry<T>> entries; // ascending
    private final int[] parents; // of each entry, the longest other that it begins with, or -1

    /** No prefix may occur twice. */
    PrefixTable(Collection<Entry<T>> unsorted) {
        entries = unsorted.stream().sorted(Comparator.comparing(Entry::prefix)).toList();
        parents = new int[entries.size()];
        Arrays.fill(parents, -1);
        for (int i = 1; i < parents.length; i++) {
            int parent = i - 1;
            while (parent >= 0
                    && !entries.get(i).prefix().startsWith(entries.get(parent).prefix())) {
                parent = parents[parent];
            }
            parents[i] = parent;
        }
    }

    @Nullable
    Entry<T> longest(String path) {
        int low = 0;
        int high = entries.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (entries.get(middle).prefix().compareTo(path) <= 0) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        int found = high; // the last entry that is not after the path
        while (found >= 0 && !path.startsWith(entries.get(found).prefix())) {
            found = parents[found];
        }
        return found < 0 ? null : entries.get(found);
    }
}
