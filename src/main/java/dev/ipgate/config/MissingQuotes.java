package dev.ipgate.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds what people type without the quotes that YAML wants: {@code ::1} in a list, {@code 2001:db8::},
 * {@code [::]:8080}, {@code *.example.com}.
 */
final class MissingQuotes {

    private static final Pattern WORD = Pattern.compile(
            "(?<![^\\s\\[{,])(?<!/\\[)" // at the start of a value, but not in a URL
                    + "(?:(?<bracketed>\\[[0-9A-Fa-f.:]*:[0-9A-Fa-f.:]*\\]:[0-9]+)"
                    + "|(?<star>\\*[^\\s,\\[\\]{}\"'#]*)"
                    + "|(?<ipv6>[0-9A-Fa-f.]*:[0-9A-Fa-f.:]*:[0-9A-Fa-f.]*(?:/[0-9]+)?(?:-[0-9A-Fa-f.:]+)?))"
                    + "(?![^\\s,\\]}])"); // and up to its end

    private MissingQuotes() {}

    /** A part of a line that needs quotes, from one index up to another. */
    record Found(int from, int to, String text) {}

    /** What needs quotes in a line that is no YAML, from left to right. */
    static List<Found> in(String line) {
        List<Found> found = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            if (needsThem(matcher, line) && !isQuotedOrComment(line, matcher.start())) {
                found.add(new Found(matcher.start(), matcher.end(), matcher.group()));
            }
        }
        return found;
    }

    /** Whether a key that has nothing after its colon is an address that ends in one. */
    static boolean looksLikeAddress(String text) {
        return text.indexOf(':') >= 0 && text.matches("[0-9A-Fa-f.:]+");
    }

    static String message(String text) {
        return text + " means something else in YAML; put it in quotes: \"" + text + "\"";
    }

    private static boolean needsThem(Matcher word, String line) {
        String ipv6 = word.group("ipv6");
        if (ipv6 == null) {
            return true;
        }
        String before = line.substring(0, word.start());
        boolean inBrackets = before.indexOf('[') >= 0 || before.indexOf('{') >= 0 || before.isBlank();
        return ipv6.endsWith(":") || (ipv6.startsWith(":") && inBrackets);
    }

    private static boolean isQuotedOrComment(String line, int index) {
        char quote = 0;
        for (int i = 0; i < index; i++) {
            char c = line.charAt(i);
            if (quote != 0) {
                quote = c == quote ? 0 : quote;
            } else if (c == '#' && (i == 0 || line.charAt(i - 1) == ' ')) {
                return true;
            } else if ((c == '"' || c == '\'') && (i == 0 || " [{,".indexOf(line.charAt(i - 1)) >= 0)) {
                quote = c;
            }
        }
        return quote != 0;
    }
}
