package dev.ipgate.config;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Guesses which word was meant. */
final class Spelling {

    private Spelling() {}

    /** The candidate that differs by a slip or two, case ignored; null if none is near. */
    static @Nullable String nearest(String word, Collection<String> candidates) {
        String nearest = null;
        int fewest = 1 + Math.min(2, word.length() / 3);
        for (String candidate : candidates) {
            int slips = distance(word.toLowerCase(Locale.ROOT), candidate.toLowerCase(Locale.ROOT), fewest);
            if (slips < fewest) {
                nearest = candidate;
                fewest = slips;
            }
        }
        return nearest;
    }

    /** {@code ; did you mean "x"?}, or what to say where nothing is near. */
    static String hint(String word, Collection<String> candidates, String otherwise) {
        String nearest = nearest(word, candidates);
        return nearest == null ? otherwise : "; did you mean \"" + nearest + "\"?";
    }

    /** How many letters must be put in, left out, replaced, or swapped with their neighbour; cut off at a limit. */
    private static int distance(String from, String to, int limit) {
        if (Math.abs(from.length() - to.length()) >= limit) {
            return limit;
        }
        int[][] slips = new int[from.length() + 1][to.length() + 1];
        for (int i = 0; i <= from.length(); i++) {
            for (int j = 0; j <= to.length(); j++) {
                if (i == 0 || j == 0) {
                    slips[i][j] = i + j;
                    continue;
                }
                boolean same = from.charAt(i - 1) == to.charAt(j - 1);
                int best = Math.min(slips[i - 1][j] + 1, slips[i][j - 1] + 1);
                best = Math.min(best, slips[i - 1][j - 1] + (same ? 0 : 1));
                boolean swapped = i > 1
                        && j > 1
                        && from.charAt(i - 1) == to.charAt(j - 2)
                        && from.charAt(i - 2) == to.charAt(j - 1);
                slips[i][j] = swapped ? Math.min(best, slips[i - 2][j - 2] + 1) : best;
            }
        }
        return slips[from.length()][to.length()];
    }
}
