package dev.ipgate.nginx;

import java.util.Locale;
import java.util.regex.Pattern;

/** YAML scalars, quoted where they would else mean something to YAML, and in the way that reads best. */
final class Quoting {

    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./][A-Za-z0-9_./@+-]*|[0-9.]+:[0-9]+");

    private Quoting() {}

    static String quoted(String text) {
        if (PLAIN.matcher(text).matches()) {
            return text;
        }
        boolean hidden = text.codePoints().anyMatch(Quoting::isHidden);
        if (!hidden && text.indexOf('\\') >= 0) {
            return "'" + text.replace("'", "''") + "'"; // regular expressions stay as they are
        }
        StringBuilder escaped = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            if (isHidden(c)) {
                escaped.append(String.format(Locale.ROOT, c > 0xFFFF ? "\\U%08X" : "\\u%04X", c));
            } else {
                escaped.append(c == '"' || c == '\\' ? "\\" : "").appendCodePoint(c);
            }
        });
        return escaped.append('"').toString();
    }

    /** A comment's text in one line, without what drives a terminal or ends the line. */
    static String comment(String text) {
        StringBuilder shown = new StringBuilder("#");
        if (!text.isEmpty() && !text.startsWith("#") && !text.startsWith("!")) {
            shown.append(' ');
        }
        text.codePoints().forEach(c -> shown.appendCodePoint(isHidden(c) ? ' ' : c));
        return shown.toString().stripTrailing();
    }

    private static boolean isHidden(int c) {
        return Character.isISOControl(c)
                || (c >= 0x2028 && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069)
                || (c >= 0xD800 && c <= 0xDFFF)
                || c == 0xFEFF
                || c == 0xFFFE
                || c == 0xFFFF;
    }
}
