package dev.ipgate.cli;

import java.util.Collection;

/** Guesses what was meant by a word that nobody knows. */
final class Spelling {

    private static final int MOST_MISTAKES = 2;

    private Spelling() {}

    /** {@code ; did you mean --conf?}, or empty if nothing known is near. */
    static String suggest(String word, Collection<String> known) {
        String nearest = "";
        int fewest = Math.min(MOST_MISTAKES, word.replace("-", "").length() - 1) + 1;
        for (String candidate : known.stream().sorted().toList()) {
            int mistakes = isBeginningOf(candidate, word) ? 1 : distance(word, candidate);
            if (mistakes < fewest) {
                fewest = mistakes;
                nearest = candidate;
            }
        }
        return nearest.isEmpty() ? "" : "; did you mean " + nearest + "?";
    }

    /** Either of the two: {@code --config} for {@code --conf}, {@code --head} for {@code --header}. */
    private static boolean isBeginningOf(String candidate, String word) {
        int shorter = Math.min(candidate.length(), word.length());
        return shorter >= 4 && candidate.startsWith(word.substring(0, shorter));
    }

    /** Levenshtein's distance: how many letters to add, drop or change. */
    private static int distance(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int change = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(change, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
