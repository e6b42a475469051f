package dev.ipgate.server;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How a client wants to be told that it is refused: RFC 9110, section 12.5.
 *
 * @param format plain text unless the client asks for HTML, as browsers do, or for JSON
 * @param language English unless the client prefers Spanish
 */
record Preference(Format format, Language language) {

    @Override
    @SuppressWarnings("EnumOrdinal") // a hash code of this process alone
    public int hashCode() {
        return Format.values().length * language.ordinal() + format.ordinal();
    }

    /** How a page is written. */
    enum Format {
        TEXT,
        HTML,
        JSON,
        /** RFC 9457. */
        PROBLEM_JSON
    }

    /** The languages that a page is there in. */
    enum Language {
        ENGLISH,
        SPANISH;

        /** Its tag in {@code Content-Language} and {@code lang}. */
        String tag() {
            return this == SPANISH ? "es" : "en";
        }
    }

    /** What is read of a header; a stranger chose its length. */
    private static final int LONGEST = 1024;

    private static final int NOT_NAMED = -1;

    /** Reads both headers, each of which may be missing, malformed or of any length. Never throws. */
    static Preference of(@Nullable String accept, @Nullable String acceptLanguage) {
        return new Preference(
                accept == null ? Format.TEXT : format(lower(accept)),
                acceptLanguage == null ? Language.ENGLISH : language(lower(acceptLanguage)));
    }

    private static Format format(String accept) {
        int html = NOT_NAMED;
        int json = NOT_NAMED;
        int problem = NOT_NAMED;
        int text = NOT_NAMED;
        int anything = 0;
        for (int at = 0, end; at < accept.length(); at = end + 1) {
            end = endOfElement(accept, at);
            int weight = weight(accept, at, end);
            switch (name(accept, at, end)) {
                case "text/html", "application/xhtml+xml" -> html = Math.max(html, weight);
                case "application/json" -> json = weight;
                case "application/problem+json" -> problem = weight;
                case "text/plain" -> text = weight;
                case "*/*" -> anything = weight;
                default -> {
                    // nothing that we write
                }
            }
        }
        int bestJson = Math.max(json, problem);
        if (html > 0 && html >= bestJson && html >= text) {
            return Format.HTML;
        }
        // Many programs send "application/json, */*" without weights: what is named goes before what is not.
        if (bestJson > 0 && bestJson >= text && bestJson >= anything) {
            return problem > json ? Format.PROBLEM_JSON : Format.JSON;
        }
        return Format.TEXT;
    }

    private static Language language(String acceptLanguage) {
        int english = NOT_NAMED;
        int spanish = NOT_NAMED;
        int anything = 0;
        boolean spanishFirst = false;
        for (int at = 0, end; at < acceptLanguage.length(); at = end + 1) {
            end = endOfElement(acceptLanguage, at);
            int weight = weight(acceptLanguage, at, end);
            String range = name(acceptLanguage, at, end);
            if (range.equals("es") || range.startsWith("es-")) {
                spanishFirst |= english == NOT_NAMED;
                spanish = Math.max(spanish, weight);
            } else if (range.equals("en") || range.startsWith("en-")) {
                english = Math.max(english, weight);
            } else if (range.equals("*")) {
                anything = weight;
            }
        }
        if (english == NOT_NAMED) {
            return spanish > 0 && spanish >= anything ? Language.SPANISH : Language.ENGLISH;
        }
        boolean wantsSpanish = spanish > english || (spanish == english && spanish > 0 && spanishFirst);
        return wantsSpanish ? Language.SPANISH : Language.ENGLISH;
    }

    private static String lower(String header) {
        return header.substring(0, Math.min(header.length(), LONGEST)).toLowerCase(Locale.ROOT);
    }

    private static int endOfElement(String header, int from) {
        int comma = header.indexOf(',', from);
        return comma < 0 ? header.length() : comma;
    }

    private static String name(String header, int from, int end) {
        int semicolon = header.indexOf(';', from);
        return header.substring(from, semicolon < 0 || semicolon > end ? end : semicolon)
                .strip();
    }

    /** The weight of an element in thousandths; 0 if it is malformed, so that it counts for nothing. */
    private static int weight(String header, int from, int end) {
        for (int at = header.indexOf(';', from); at >= 0 && at < end; at = header.indexOf(';', at + 1)) {
            int start = at + 1;
            while (start < end && (header.charAt(start) == ' ' || header.charAt(start) == '\t')) {
                start++;
            }
            if (header.startsWith("q=", start)) {
                int next = header.indexOf(';', start);
                int stop = next < 0 || next > end ? end : next;
                return thousandths(header.substring(start + 2, stop).strip());
            }
        }
        return 1000;
    }

    private static int thousandths(String qvalue) {
        if (qvalue.isEmpty() || qvalue.length() > 5 || (qvalue.length() > 1 && qvalue.charAt(1) != '.')) {
            return 0;
        }
        int value = 0;
        for (int i = 0, unit = 1000; i < qvalue.length(); i++) {
            if (i != 1) {
                int digit = qvalue.charAt(i) - '0';
                if (digit < 0 || digit > 9) {
                    return 0;
                }
                value += digit * unit;
                unit /= 10;
            }
        }
        return value > 1000 ? 0 : value;
    }
}
