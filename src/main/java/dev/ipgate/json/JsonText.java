package dev.ipgate.json;

/** Strings as JSON has them: RFC 8259, section 7. */
public final class JsonText {

    private static final String HEX = "0123456789abcdef";

    private JsonText() {}

    /**
     * Appends a text in quotes. Any text may be given: controls and lone surrogates are escaped, and so are U+2028 and
     * U+2029, which end a line for some readers of logs and in old JavaScript. Allocates nothing.
     */
    public static StringBuilder appendQuoted(StringBuilder to, CharSequence text) {
        to.append('"');
        int written = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isPlain(c)) {
                continue;
            }
            if (Character.isHighSurrogate(c) && i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))) {
                i++;
                continue;
            }
            to.append(text, written, i);
            appendEscaped(to, c);
            written = i + 1;
        }
        return to.append(text, written, text.length()).append('"');
    }

    private static boolean isPlain(char c) {
        return c < 0x7F
                ? c >= ' ' && c != '"' && c != '\\'
                : c > 0x9F && !Character.isSurrogate(c) && c != '\u2028' && c != '\u2029';
    }

    private static void appendEscaped(StringBuilder to, char c) {
        switch (c) {
            case '"', '\\' -> to.append('\\').append(c);
            case '\n' -> to.append("\\n");
            case '\r' -> to.append("\\r");
            case '\t' -> to.append("\\t");
            default ->
                to.append("\\u")
                        .append(HEX.charAt(c >> 12))
                        .append(HEX.charAt((c >> 8) & 0xF))
                        .append(HEX.charAt((c >> 4) & 0xF))
                        .append(HEX.charAt(c & 0xF));
        }
    }
}
