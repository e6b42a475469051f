package dev.ipgate.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** Regular expressions of RE2, which look at a stranger's text in a time that grows with its length only. */
final class RegexText {

    private RegexText() {}

    /**
     * Compiles an expression.
     *
     * @param shown what the operator wrote, for the message
     * @throws IllegalArgumentException if it is none
     */
    static Pattern compile(String regex, String shown) {
        try {
            return Pattern.compile(regex);
        } catch (PatternSyntaxException e) {
            String unknown = regex.matches("(?s).*\\(\\?<?[=!].*|.*\\\\[1-9].*")
                    ? "; RE2 has no look-around and no back-references"
                    : "";
            throw new IllegalArgumentException(
                    "\"" + shown + "\" is no regular expression of RE2: " + e.getDescription() + unknown, e);
        }
    }
}
