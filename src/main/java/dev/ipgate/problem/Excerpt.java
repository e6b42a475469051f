package dev.ipgate.problem;

import java.lang.Character.UnicodeScript;

/** A line of a file as it is shown on a terminal: indented, cut where it is long, with a caret under a column. */
final class Excerpt {

    private static final String INDENT = "    ";
    private static final int WIDEST = 120; // code points
    private static final int BEFORE_CARET = 60; // of those, at most this many before the caret when a line is cut
    private static final String CUT = "…";

    private Excerpt() {}

    /**
     * The line, and a caret under it.
     *
     * @param column counted in code points from 1; 0 for no caret
     * @return without a line end; empty if the line is blank
     */
    static String of(String line, int column) {
        if (line.isBlank()) {
            return "";
        }
        int[] codePoints = printable(line).codePoints().toArray();
        if (column > codePoints.length + 1) {
            column = 0;
        }
        int from = codePoints.length <= WIDEST ? 0 : Math.max(0, column - 1 - BEFORE_CARET);
        int to = Math.min(codePoints.length, from + WIDEST);
        String head = from > 0 ? CUT : "";
        String shown = INDENT + head + new String(codePoints, from, to - from) + (to < codePoints.length ? CUT : "");
        if (column == 0) {
            return shown;
        }
        StringBuilder caret = new StringBuilder(INDENT).append(" ".repeat(head.length()));
        for (int i = from; i < column - 1; i++) {
            caret.append(codePoints[i] == '\t' ? "\t" : " ".repeat(cells(codePoints[i])));
        }
        return shown + "\n" + caret + "^";
    }

    /** The text with control characters shown as such: whatever a file holds, it does not drive the terminal. */
    static String printable(String text) {
        if (text.codePoints().noneMatch(Excerpt::isControl)) {
            return text;
        }
        StringBuilder shown = new StringBuilder();
        text.codePoints().forEach(c -> shown.appendCodePoint(isControl(c) ? 0xFFFD : c));
        return shown.toString();
    }

    private static boolean isControl(int codePoint) {
        return (Character.isISOControl(codePoint) && codePoint != '\t')
                || (codePoint >= 0x2028 && codePoint <= 0x202E) // line ends, and what turns the direction of writing
                || (codePoint >= 0x2066 && codePoint <= 0x2069);
    }

    /** How many columns of a terminal the character takes. */
    private static int cells(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
            default -> isWide(codePoint) ? 2 : 1;
        };
    }

    private static boolean isWide(int codePoint) {
        if ((codePoint >= 0xFF01 && codePoint <= 0xFF60) || (codePoint >= 0x1F300 && codePoint <= 0x1FAFF)) {
            return true; // full-width forms; emoji
        }
        if (codePoint >= 0xFF61 && codePoint <= 0xFFDC) {
            return false; // half-width forms
        }
        return switch (UnicodeScript.of(codePoint)) {
            case HAN, HIRAGANA, KATAKANA, HANGUL, BOPOMOFO, YI -> true;
            default -> codePoint >= 0x3001 && codePoint <= 0x303E; // CJK punctuation
        };
    }
}
