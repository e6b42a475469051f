package dev.ipgate.server;

/** Text from outside, made fit for a page: of HTML, between tags and in quoted attributes, or of plain text. */
public final class HtmlText {

    private HtmlText() {}

    /** Leaves markup alone, and replaces what is not shown but changes what is, on a terminal for instance. */
    static String plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isShown(text.charAt(i))) {
                return plainFrom(i, text);
            }
        }
        return text;
    }

    private static String plainFrom(int first, String text) {
        StringBuilder plain = new StringBuilder(text);
        for (int i = first; i < plain.length(); i++) {
            if (!isShown(plain.charAt(i))) {
                plain.setCharAt(i, '\uFFFD');
            }
        }
        return plain.toString();
    }

    /** Escapes markup, and replaces what is not shown but changes what is: controls and marks of direction. */
    public static String escape(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (!isPlain(text.charAt(i))) {
                return escapeFrom(i, text);
            }
        }
        return text;
    }

    private static String escapeFrom(int first, String text) {
        StringBuilder html = new StringBuilder(text.length() + 32).append(text, 0, first);
        for (int i = first; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> html.append("&amp;");
                case '<' -> html.append("&lt;");
                case '>' -> html.append("&gt;");
                case '"' -> html.append("&quot;");
                case '\'' -> html.append("&#39;");
                case '\n', '\t' -> html.append(c);
                default -> html.append(isShown(c) ? c : '\uFFFD');
            }
        }
        return html.toString();
    }

    private static boolean isPlain(char c) {
        return isShown(c) && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
    }

    private static boolean isShown(char c) {
        if (c < 0x7F) {
            return c >= ' ';
        }
        boolean turnsText = (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
        return c > 0x9F && !turnsText && c != '\u200E' && c != '\u200F';
    }
}
