package dev.ipgate.server;

import com.google.re2j.Pattern;
import dev.ipgate.config.RegexText;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds whose host a name is, in the order of nginx's {@code server_name}: the exact name; the longest
 * {@code *.example.com}, which holds any name below example.com and not example.com itself; the longest
 * {@code www.example.*}; the first {@code ~regex}, found anywhere in the name. Immutable and safe to share between threads.
 *
 * @param <T> what is kept for a host
 */
final class Hosts<T> {

    /** A pattern that is a regular expression begins so. */
    static final String REGEX = "~";

    private record Regex<T>(Pattern pattern, T value) {}

    private final Map<String, T> exact;
    private final Map<String, T> below; // by what follows the star, its dot included
    private final Map<String, T> above; // by what stands before the star, its dot included
    private final List<Regex<T>> regexes;

    private Hosts(Map<String, T> exact, Map<String, T> below, Map<String, T> above, List<Regex<T>> regexes) {
        this.exact = exact;
        this.below = below;
        this.above = above;
        this.regexes = regexes;
    }

    /** Whether a pattern holds one name alone. */
    static boolean isName(String pattern) {
        return !pattern.startsWith(REGEX) && !pattern.startsWith(".") && pattern.indexOf('*') < 0;
    }

    /**
     * Compiles patterns: a host without a port, {@code *.} and a name, a name and {@code .*}, a dot and a name for the name
     * and all below it, or {@code ~} and a regular expression of RE2.
     *
     * @param patterns regular expressions are tried in the order of this map
     * @throws IllegalArgumentException if one is anything else, or two are the same
     */
    static <T> Hosts<T> compile(Map<String, T> patterns) {
        Map<String, T> exact = new HashMap<>();
        Map<String, T> below = new HashMap<>();
        Map<String, T> above = new HashMap<>();
        List<Regex<T>> regexes = new ArrayList<>();
        patterns.forEach((pattern, value) -> {
            if (pattern.startsWith(REGEX)) {
                regexes.add(new Regex<>(regex(pattern), value));
            } else if (pattern.startsWith("*.")) {
                add(below, "." + name(pattern, pattern.substring(2)), value, pattern);
            } else if (pattern.startsWith(".")) {
                add(below, "." + name(pattern, pattern.substring(1)), value, pattern);
                add(exact, name(pattern, pattern.substring(1)), value, pattern);
            } else if (pattern.endsWith(".*")) {
                add(above, beginning(pattern), value, pattern);
            } else {
                add(exact, host(pattern, pattern).name(), value, pattern);
            }
        });
        return new Hosts<>(Map.copyOf(exact), Map.copyOf(below), Map.copyOf(above), List.copyOf(regexes));
    }

    private static <T> void add(Map<String, T> names, String name, T value, String pattern) {
        if (names.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("\"" + pattern + "\" is there twice");
        }
    }

    private static HostName host(String pattern, String text) {
        HostName host = HostName.parse(text);
        if (host == null || host.port() >= 0 || text.endsWith(":")) {
            throw notAHost(pattern);
        }
        return host;
    }

    private static String name(String pattern, String text) {
        HostName host = host(pattern, text);
        if (host.isIpLiteral()) {
            throw notAHost(pattern);
        }
        return host.name();
    }

    /** What stands before the star; it may be the beginning of an IPv4 address. */
    private static String beginning(String pattern) {
        String start = host(pattern, pattern.substring(0, pattern.length() - 2)).name();
        if (pattern.startsWith("[")) {
            throw notAHost(pattern);
        }
        return start + ".";
    }

    private static IllegalArgumentException notAHost(String pattern) {
        return new IllegalArgumentException("\"" + pattern + "\" is not a host; write a name, *.name, .name, name.*,"
                + " ~regex, an IPv4 address or a bracketed IPv6 address");
    }

    /** Names are in lower case; as with nginx, a capital in the expression makes it one that ignores case. */
    private static Pattern regex(String pattern) {
        String text = pattern.substring(REGEX.length());
        boolean capital = text.chars().anyMatch(c -> c >= 'A' && c <= 'Z');
        return RegexText.compile(text, capital ? Pattern.CASE_INSENSITIVE : 0, pattern);
    }

    /** What is kept for the host; null if no pattern holds it. */
    @Nullable
    T find(HostName host) {
        T found = exact.get(host.name());
        return found != null ? found : findByPattern(host);
    }

    private @Nullable T findByPattern(HostName host) {
        String name = host.name();
        if (!below.isEmpty() && !host.isIpLiteral()) {
            for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
                T found = below.get(name.substring(dot));
                if (found != null) {
                    return found;
                }
            }
        }
        if (!above.isEmpty()) {
            for (int dot = name.lastIndexOf('.'); dot >= 0; dot = name.lastIndexOf('.', dot - 1)) {
                T found = above.get(name.substring(0, dot + 1));
                if (found != null) {
                    return found;
                }
            }
        }
        for (int i = 0; i < regexes.size(); i++) {
            Regex<T> regex = regexes.get(i);
            if (regex.pattern().matcher(name).find()) {
                return regex.value();
            }
        }
        return null;
    }
}
