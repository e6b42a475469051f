package dev.ipgate.config;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where in a JSON document the addresses are: {@code prefixes[*].ip_prefix} is the text named {@code ip_prefix} in every
 * element of the array named {@code prefixes}. Names are separated by dots, and {@code [*]} stands for every element.
 *
 * @param steps names and {@link #EVERY}, from the outside inwards; never empty
 */
public record JsonPath(List<String> steps) {

    /** The step into every element of an array, which no name looks like. */
    public static final String EVERY = "[*]";

    private static final Pattern FIRST = Pattern.compile("\\[\\*]|[^.\\[\\]\\s]+");
    private static final Pattern NEXT = Pattern.compile("(\\[\\*])|\\.([^.\\[\\]\\s]+)");

    public JsonPath {
        steps = List.copyOf(steps);
    }

    /** @throws IllegalArgumentException if the text is no path; the message says what to write */
    static JsonPath parse(String text) {
        String quoted = "\"" + text + "\"";
        if (text.startsWith("$.") || text.startsWith("$[")) {
            throw new IllegalArgumentException(quoted + " begins with a $, which is understood; did you mean \""
                    + text.substring(text.startsWith("$.") ? 2 : 1) + "\"?");
        }
        if (text.matches(".*\\[(?!\\*]).*")) {
            throw new IllegalArgumentException(quoted + " has something else than [*], every element, in brackets");
        }
        List<String> steps = new ArrayList<>();
        Matcher first = FIRST.matcher(text);
        int at = 0;
        if (first.lookingAt()) {
            steps.add(first.group());
            at = first.end();
            Matcher next = NEXT.matcher(text);
            while (next.region(at, text.length()).lookingAt()) {
                steps.add(next.group(1) == null ? next.group(2) : EVERY);
                at = next.end();
            }
        }
        if (steps.isEmpty() || at < text.length()) {
            throw new IllegalArgumentException(quoted + " is no path; write names with dots between, and [*] for every"
                    + " element, such as \"prefixes[*].ip_prefix\"");
        }
        return new JsonPath(steps);
    }

    /** As the conf file has it. */
    @Override
    public String toString() {
        return String.join(".", steps).replace("." + EVERY, EVERY);
    }
}
