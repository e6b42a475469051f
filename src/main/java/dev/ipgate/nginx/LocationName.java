package dev.ipgate.nginx;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/**
 * Which paths a location is for.
 *
 * @param kind how the path is compared
 * @param path the path, prefix or regular expression
 */
record LocationName(Kind kind, String path) {

    enum Kind {
        PREFIX,
        /** {@code ^~} */
        PREFIX_BEFORE_REGEX,
        /** {@code =} */
        EXACT,
        /** {@code ~} */
        REGEX,
        /** {@code ~*} */
        REGEX_IGNORING_CASE,
        /** {@code @name}, to which nginx sends a request by itself */
        NAMED
    }

    static LocationName of(Directive location) {
        List<String> words = location.arguments();
        if (words.size() == 2) {
            return new LocationName(kind(words.get(0)), words.get(1));
        }
        String word = words.get(0);
        for (String modifier : List.of("=", "^~", "~*", "~")) {
            if (word.startsWith(modifier)) {
                return new LocationName(kind(modifier), word.substring(modifier.length()));
            }
        }
        return new LocationName(word.startsWith("@") ? Kind.NAMED : Kind.PREFIX, word);
    }

    private static Kind kind(String modifier) {
        return switch (modifier) {
            case "=" -> Kind.EXACT;
            case "^~" -> Kind.PREFIX_BEFORE_REGEX;
            case "~*" -> Kind.REGEX_IGNORING_CASE;
            case "~" -> Kind.REGEX;
            default -> Kind.PREFIX;
        };
    }

    boolean isRegex() {
        return kind == Kind.REGEX || kind == Kind.REGEX_IGNORING_CASE;
    }

    boolean isPrefix() {
        return kind == Kind.PREFIX || kind == Kind.PREFIX_BEFORE_REGEX;
    }

    /** Whether no path is ever like this, since nginx tidies paths before it compares them. */
    boolean neverMatches() {
        return !isRegex() && (!path.startsWith("/") || path.contains("//") || path.matches(".*/\\.\\.?(/.*)?"));
    }

    /** Whether ipgate can compare paths with it. */
    boolean isUnderstood() {
        if (!isRegex()) {
            return path.chars().noneMatch(c -> c == '%' || c == '\\' || c == '?' || c == '#' || c < ' ' || c == 0x7F);
        }
        try {
            Pattern.compile(path);
            return true;
        } catch (PatternSyntaxException e) {
            return false;
        }
    }

    /** What two locations cannot both have. */
    String identity() {
        return (isPrefix() ? "prefix" : kind) + " " + path;
    }
}
