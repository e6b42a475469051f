package dev.ipgate.server;

/** Text from outside, made fit for HTML: between tags and in quoted attributes. */
public final class HtmlText {

    private HtmlText() {}

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
                default -> html.append(isPlain(c) ? c : '\uFFFD');
            }
        }
        return html.toString();
    }

    private static boolean isPlain(char c) {
        if (c < 0x7F) {
            return c >= ' ' && c != '&' && c != '<' && c != '>' && c != '"' && c != '\'';
        }
        boolean turnsText = (c >= '\u202A' && c <= '\u202E') || (c >= '\u2066' && c <= '\u2069');
        return c > 0x9F && !turnsText && c != '\u200E' && c != '\u200F';
    }
}
