package dev.ipgate.config;

import java.net.IDN;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code hosts}: the names of all sites, each of which one site may have. */
final class HostNames {

    private static final String LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?";
    private static final String NAME = "(?=.{1,253}$)(?:\\*\\.)?" + LABEL + "(?:\\." + LABEL + ")*";

    private final Map<String, Setting> taken = new HashMap<>();

    List<String> read(@Nullable Setting setting) {
        if (setting == null) {
            return List.of();
        }
        List<String> names = new ArrayList<>();
        for (Setting item : setting.oneOrMore()) {
            String name = item.as(HostNames::parse);
            if (name == null) {
                continue;
            }
            Setting earlier = taken.putIfAbsent(name, item);
            if (earlier == null) {
                names.add(name);
            } else {
                item.error("\"" + name + "\" is taken already: " + earlier.name() + ", line "
                        + earlier.at().line());
            }
        }
        return List.copyOf(names);
    }

    /** The name as it is compared: in lower case, without the trailing dot. */
    static String parse(String text) {
        String name = text.toLowerCase(Locale.ROOT);
        name = name.endsWith(".") && name.length() > 1 ? name.substring(0, name.length() - 1) : name;
        String wrong = name.matches(NAME) ? null : whatIsWrong(name);
        if (wrong != null) {
            throw new IllegalArgumentException("\"" + text + "\" " + wrong);
        }
        return name;
    }

    private static String whatIsWrong(String name) {
        if (name.codePoints().anyMatch(c -> c > 127)) {
            return "has letters that are not sent as such; write it as " + ascii(name);
        }
        if (name.contains("://") || name.indexOf('/') >= 0) {
            return "is more than a host; write the name alone";
        }
        if (name.matches("[^:]*:[0-9]+")) {
            return "has a port; write " + name.substring(0, name.indexOf(':')) + ", which holds for every port";
        }
        if (name.indexOf(':') >= 0) {
            return "is no host name";
        }
        if (name.indexOf('*') >= 0) {
            return "has a * elsewhere than at its beginning; write such as \"*.example.com\"";
        }
        return name.startsWith(".")
                ? "begins with a dot; did you mean \"*" + name + "\"?"
                : "is no host name; use letters, digits and -, with dots between";
    }

    private static String ascii(String name) {
        try {
            return IDN.toASCII(name);
        } catch (IllegalArgumentException e) {
            return "its xn-- form";
        }
    }
}
