package dev.ipgate.config;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;

/** Regular expressions of RE2, which look at a stranger's text in a time that grows with its length only. */
public final class RegexText {

    private RegexText() {}

    /** The same without flags. */
    static Pattern compile(String regex, String shown) {
        return compile(regex, 0, shown);
    }

    /**
     * Compiles an expression.
     *
     * @param flags of {@link Pattern}
     * @param shown what the operator wrote, for the message
     * @throws IllegalArgumentException if it is none
     */
    public static Pattern compile(String regex, int flags, String shown) {
        try {
            return Pattern.compile(regex, flags);
        } catch (PatternSyntaxException e) {
            String unknown = regex.matches("(?s).*\\(\\?<?[=!].*|.*\\\\[1-9].*")
                    ? "; RE2 has no look-around and no back-references"
                    : "";
            throw new IllegalArgumentException(
                    "\"" + shown + "\" is no regular expression of RE2: " + e.getDescription() + unknown, e);
        }
    }
}
