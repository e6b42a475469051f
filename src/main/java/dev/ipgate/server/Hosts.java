package dev.ipgate.server;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Finds whose host a name is: an exact name, else the longest {@code *.example.com}, which holds any name below
 * example.com and not example.com itself; nginx's {@code server_name}. Immutable and safe to share between threads.
 *
 * @param <T> what is kept for a host
 */
final class Hosts<T> {

    private final Map<String, T> exact;
    private final Map<String, T> below; // by what follows the star, its dot included

    private Hosts(Map<String, T> exact, Map<String, T> below) {
        this.exact = exact;
        this.below = below;
    }

    /**
     * Compiles patterns, each a host without a port or {@code *.} and a name.
     *
     * @throws IllegalArgumentException if one is anything else, or two are the same
     */
    static <T> Hosts<T> compile(Map<String, T> patterns) {
        Map<String, T> exact = new HashMap<>();
        Map<String, T> below = new HashMap<>();
        patterns.forEach((pattern, value) -> {
            boolean wildcard = pattern.startsWith("*.");
            HostName host = HostName.parse(wildcard ? pattern.substring(2) : pattern);
            if (host == null || host.port() >= 0 || pattern.endsWith(":") || (wildcard && host.isIpLiteral())) {
                throw new IllegalArgumentException("\"" + pattern
                        + "\" is not a host; write a name, *.name, an IPv4 address or a bracketed IPv6 address");
            }
            T before = wildcard ? below.put("." + host.name(), value) : exact.put(host.name(), value);
            if (before != null) {
                throw new IllegalArgumentException("\"" + pattern + "\" is there twice");
            }
        });
        return new Hosts<>(Map.copyOf(exact), Map.copyOf(below));
    }

    /** What is kept for the host; null if no pattern holds it. */
    @Nullable
    T find(HostName host) {
        String name = host.name();
        T found = exact.get(name);
        if (found != null || below.isEmpty() || host.isIpLiteral()) {
            return found;
        }
        for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
            T wildcard = below.get(name.substring(dot));
            if (wildcard != null) {
                return wildcard;
            }
        }
        return null;
    }
}
