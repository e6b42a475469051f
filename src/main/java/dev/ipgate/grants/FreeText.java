package dev.ipgate.grants;

import java.nio.charset.StandardCharsets;

/** What people write about a grant: one line, not long, so that it fits into a line of a file and of a log. */
final class FreeText {

    private static final int LONGEST = 200; // characters

    private FreeText() {}

    /**
     * Checks a text.
     *
     * @param what the text is, for the message
     * @throws IllegalArgumentException if it is empty, too long, or holds what would change a line
     */
    static void check(String what, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException(what + " is empty; leave it out");
        }
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    what + " has " + text.length() + " characters; write no more than " + LONGEST);
        }
        if (text.codePoints().anyMatch(FreeText::changesLine)) {
            throw new IllegalArgumentException(what + " has a control character; write it on one line");
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException(what + " has half a character in it");
        }
    }

    private static boolean changesLine(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
