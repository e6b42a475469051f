package dev.ipgate.replay;

import java.util.Locale;

/** How logs write down what is no printable character: {@code \xXX} by nginx and ipgate, {@code \"} by Apache. */
final class Escapes {

    private Escapes() {}

    /** The text before it was escaped. */
    static String undo(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        StringBuilder raw = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                raw.append(c);
                continue;
            }
            char kind = text.charAt(++i);
            int high = i + 2 < text.length() ? Character.digit(text.charAt(i + 1), 16) : -1;
            int low = i + 2 < text.length() ? Character.digit(text.charAt(i + 2), 16) : -1;
            if (kind == 'x' && high >= 0 && low >= 0) {
                raw.append((char) (high << 4 | low));
                i += 2;
            } else {
                raw.append(
                        switch (kind) {
                            case 'n' -> '\n';
                            case 'r' -> '\r';
                            case 't' -> '\t';
                            default -> kind;
                        });
            }
        }
        return raw.toString();
    }

    /** A stranger's text made safe for a terminal, and cut where it is long. */
    static String shown(String text, int longest) {
        int end = Math.min(text.length(), longest);
        StringBuilder shown = new StringBuilder(end + 1);
        for (int i = 0; i < end; i++) {
            char c = text.charAt(i);
            if (c >= ' ' && c < 0x7F) {
                shown.append(c);
            } else {
                shown.append(String.format(Locale.ROOT, c <= 0xFF ? "\\x%02X" : "\\u%04X", (int) c));
            }
        }
        return (end < text.length() ? shown.append("…") : shown).toString();
    }
}
