package dev.ipgate.server;

import com.google.re2j.Pattern;
import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.config.RegexText;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the location of a path, as nginx does: the exact one; the longest prefix if it goes before regular expressions;
 * the first regular expression; the longest prefix; the site itself. Immutable and safe to share between threads.
 *
 * @param <T> what is kept for a location
 */
final class Locations<T> {

    /*
     * Locations within a location are a level of their own, searched as nginx's ngx_http_core_find_location does. Within
     * the longest prefix the search goes on at once; only if nothing exact and no regular expression is found in there,
     * the regular expressions beside that prefix are tried, unless it is to go before them; and if none matches, the
     * longest prefix within it stands. Within a regular expression there are only such, as nginx finds nothing else there.
     */

    /** A location; {@code settles} says that it is exact or a regular expression, which ends the search on all levels. */
    private record Node<T>(
            T location, @Nullable Pattern pattern, @Nullable Level<T> nested, boolean settles) {

        Node<T> orWithin(String path) {
            Node<T> within = nested == null ? null : nested.find(path);
            return within == null ? this : within;
        }
    }

    /** Locations beside each other. */
    private record Level<T>(Map<String, Node<T>> exact, PrefixTable<Node<T>> prefixes, List<Node<T>> regexes) {

        /** Null if no location here holds the path. */
        @Nullable
        Node<T> find(String path) {
            if (!exact.isEmpty()) {
                Node<T> node = exact.get(path);
                if (node != null) {
                    return node;
                }
            }
            PrefixTable.Entry<Node<T>> longest = prefixes.longest(path);
            Node<T> found = longest == null ? null : longest.location();
            if (found != null) {
                found = found.orWithin(path);
                if (found.settles) {
                    return found;
                }
            }
            if (longest == null || !longest.beforeRegex()) {
                for (int i = 0; i < regexes.size(); i++) {
                    Node<T> regex = regexes.get(i);
                    if (Objects.requireNonNull(regex.pattern).matcher(path).find()) {
                        return regex.orWithin(path);
                    }
                }
            }
            return found;
        }
    }

    private final T site;
    private final Level<T> top;

    private Locations(T site, Level<T> top) {
        this.site = site;
        this.top = top;
    }

    /**
     * Compiles the locations of a site. One that is wrong or could never be chosen is left out and reported.
     *
     * @param site what is chosen where no location matches
     * @param compile makes what is kept for a location, given those that it is in and itself, and what is kept for the one
     *     that it is in or for the site; called once for each, in the order of the file
     */
    static <T> Locations<T> compile(
            T site,
            List<LocationSettings> settings,
            BiFunction<List<LocationSettings>, T, T> compile,
            Problems problems) {
        Compilation<T> compilation = new Compilation<>(compile, problems);
        return new Locations<>(site, compilation.level(settings, List.of(), site));
    }

    /** Compiles one level after the other. */
    private record Compilation<T>(BiFunction<List<LocationSettings>, T, T> compile, Problems problems) {

        /**
         * Compiles a level and all within it.
         *
         * @param outer the locations that it is in
         * @param around what is kept for the innermost of them
         */
        Level<T> level(List<LocationSettings> settings, List<LocationSettings> outer, T around) {
            Map<String, Node<T>> exact = new HashMap<>();
            Map<String, PrefixTable.Entry<Node<T>>> prefixes = new HashMap<>();
            List<Node<T>> regexes = new ArrayList<>();
            for (LocationSettings location : settings) {
                List<LocationSettings> chain = new ArrayList<>(outer);
                chain.add(location);
                Pattern pattern = location.match() == Match.REGEX ? pattern(location, problems) : null;
                Node<T> node = node(List.copyOf(chain), around, pattern);
                String path = location.path();
                boolean duplicate = false;
                switch (location.match()) {
                    case EXACT -> {
                        if (canMatch(location, path, problems)) {
                            duplicate = exact.putIfAbsent(path, node) != null;
                        }
                    }
                    case PREFIX -> {
                        if (canMatch(location, path + "x", problems)) {
                            var entry = new PrefixTable.Entry<>(path, location.beforeRegex(), node);
                            duplicate = prefixes.putIfAbsent(path, entry) != null;
                        }
                    }
                    case REGEX -> {
                        if (pattern != null) {
                            regexes.add(node);
                        }
                    }
                }
                if (duplicate) {
                    problems.error(
                            location.at(), location.setting() + ".path", "\"" + path + "\" has a location already");
                }
            }
            return new Level<>(Map.copyOf(exact), new PrefixTable<>(prefixes.values()), List.copyOf(regexes));
        }

        private Node<T> node(List<LocationSettings> chain, T around, @Nullable Pattern pattern) {
            LocationSettings location = chain.get(chain.size() - 1);
            T compiled = compile.apply(chain, around);
            Level<T> nested = location.nested().isEmpty() ? null : level(location.nested(), chain, compiled);
            return new Node<>(compiled, pattern, nested, location.match() != Match.PREFIX);
        }
    }

    /** Whether a request can have the path, given that it is canonical by then; if not, says so. */
    private static boolean canMatch(LocationSettings location, String path, Problems problems) {
        String setting = location.setting() + ".path";
        String shown = "\"" + location.path() + "\"";
        if (!location.path().startsWith("/")) {
            problems.error(location.at(), setting, shown + " can never match; a path begins with \"/\"");
            return false;
        }
        if (!path.equals(RequestPath.resolve(path, true))) {
            problems.error(
                    location.at(),
                    setting,
                    shown + " can never match; dot segments are resolved and slashes merged before paths are compared");
            return false;
        }
        String decoded = PercentEncoding.decode(location.path());
        if (!decoded.equals(location.path())) {
            problems.warning(
                    location.at(),
                    setting,
                    shown + " is compared with paths that are decoded; did you mean \"" + decoded + "\"?");
        }
        return true;
    }

    private static @Nullable Pattern pattern(LocationSettings location, Problems problems) {
        try {
            return RegexText.compile(
                    location.path(), location.ignoreCase() ? Pattern.CASE_INSENSITIVE : 0, location.path());
        } catch (IllegalArgumentException e) {
            problems.error(location.at(), location.setting() + ".path", String.valueOf(e.getMessage()));
            return null;
        }
    }

    /**
     * The location of a path.
     *
     * @return null if the readings of the path choose different ones, so that the request is to be refused with 400
     * @throws IllegalStateException if the path has a problem
     */
    @Nullable
    T choose(RequestPath path) {
        T chosen = choose(path.canonical());
        List<String> readings = path.readings();
        for (int i = 1; i < readings.size(); i++) {
            if (!Objects.equals(choose(readings.get(i)), chosen)) {
                return null;
            }
        }
        return chosen;
    }

    /** The location of a path that {@linkplain RequestPath#isPlain is plain}, or of one reading of another. */
    T choose(String canonical) {
        Node<T> node = top.find(canonical);
        return node == null ? site : node.location();
    }
}
