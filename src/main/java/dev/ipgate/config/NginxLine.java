package dev.ipgate.config;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Recognises nginx's {@code allow} and {@code deny} lines, which people carry over as they are. */
final class NginxLine {

    private static final Pattern RULE = Pattern.compile(
            "[\\s-]*(allow|deny)\\s+([^\\s;:]\\S*?)\\s*;.*|" + "[\\s-]*(allow|deny)\\s+([0-9a-fA-F.:/]+|all)\\s*",
            Pattern.DOTALL);

    private NginxLine() {}

    /** What to write instead of the line; null if it is not nginx's. */
    static @Nullable String suggestion(String line) {
        Matcher matcher = RULE.matcher(line);
        if (!matcher.matches()) {
            return null;
        }
        String action = matcher.group(1) == null ? matcher.group(3) : matcher.group(1);
        String whom = matcher.group(2) == null ? matcher.group(4) : matcher.group(2);
        return "this is nginx's way to write a rule; under rules, write - " + action + ": " + quoted(whom);
    }

    private static String quoted(String whom) {
        return whom.endsWith(":") || whom.startsWith(":") ? "\"" + whom + "\"" : whom;
    }
}
