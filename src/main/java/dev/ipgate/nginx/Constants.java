package dev.ipgate.nginx;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Variables that a server or location sets to one text, which is written in their place. */
final class Constants {

    private static final Pattern VARIABLE = Pattern.compile("\\$(?:\\{([A-Za-z0-9_]+)\\}|([A-Za-z0-9_]+))");

    private final Map<String, String> values = new HashMap<>();

    Constants(Scope scope) {
        Set<String> twice = new HashSet<>();
        for (Scope level = scope; level != null; level = level.parent()) {
            gather(level.directives(), false, twice);
        }
        twice.forEach(values::remove);
    }

    private void gather(List<Directive> directives, boolean conditional, Set<String> twice) {
        for (Directive directive : directives) {
            if (directive.name().equals("if")) {
                gather(Scope.flat(directive.children()), true, twice);
            } else if (directive.name().equals("set")) {
                String name = directive.argument(0).replaceFirst("^\\$", "");
                boolean constant = !conditional && directive.argument(1).indexOf('$') < 0;
                if (!constant || values.putIfAbsent(name, directive.argument(1)) != null) {
                    twice.add(name);
                }
            }
        }
    }

    /** The text with constants in place of their variables; other variables stay. */
    String in(String text) {
        return VARIABLE.matcher(text).replaceAll(found -> {
            @Nullable String value = values.get(found.group(1) == null ? found.group(2) : found.group(1));
            return Matcher.quoteReplacement(value == null ? found.group() : value);
        });
    }

    /** The names of the variables in a text, without their dollar signs. */
    static List<String> variables(String text) {
        return VARIABLE.matcher(text)
                .results()
                .map(found -> found.group(1) == null ? found.group(2) : found.group(1))
                .toList();
    }
}
