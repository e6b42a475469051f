package dev.ipgate.client;

/** Shows a stranger's text to an operator: nothing in it can forge a log line or upset a terminal. */
final class Excerpt {

    /** Characters between the quotes, at most. */
    private static final int LONGEST = 64;

    private Excerpt() {}

    /** The text in quotes, in printable ASCII, cut short if it must be. */
    static String quote(CharSequence text, int from, int to) {
        StringBuilder shown = new StringBuilder(LONGEST + 5).append('"');
        for (int at = from; at < to; at++) {
            int before = shown.length();
            append(shown, text.charAt(at));
            if (shown.length() > LONGEST + 1) {
                shown.setLength(before);
                return shown.append("\"...").toString();
            }
        }
        return shown.append('"').toString();
    }

    private static void append(StringBuilder shown, char c) {
        if (c == '"' || c == '\\') {
            shown.append('\\').append(c);
        } else if (c >= ' ' && c < 0x7F) {
            shown.append(c);
        } else {
            shown.append("\\u");
            for (int shift = 12; shift >= 0; shift -= 4) {
                shown.append(Character.forDigit(c >>> shift & 0xF, 16));
            }
        }
    }
}
