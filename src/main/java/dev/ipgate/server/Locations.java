package dev.ipgate.server;

import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import dev.ipgate.config.LocationSettings;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the location of a path, as nginx does: the exact one; the longest prefix if it goes before regular expressions;
 * the first regular expression; the longest prefix; the site itself. Immutable and safe to share between threads.
 *
 * @param <T> what is kept for a location
 */
final class Locations<T> {

    private record Regex<T>(Pattern pattern, T location) {}

    private final T site;
    private final Map<String, T> exact;
    private final PrefixTable<T> prefixes;
    private final List<Regex<T>> regexes;

    private Locations(T site, Map<String, T> exact, PrefixTable<T> prefixes, List<Regex<T>> regexes) {
        this.site = site;
        this.exact = exact;
        this.prefixes = prefixes;
        this.regexes = regexes;
    }

    /**
     * Compiles the locations of a site. One that is wrong or could never be chosen is left out and reported.
     *
     * @param site what is chosen where no location matches
     * @param compile makes what is kept for a location; called once for each, in the order of the file
     */
    static <T> Locations<T> compile(
            T site, List<LocationSettings> settings, Function<LocationSettings, T> compile, Problems problems) {
        Map<String, T> exact = new HashMap<>();
        Map<String, PrefixTable.Entry<T>> prefixes = new HashMap<>();
        List<Regex<T>> regexes = new ArrayList<>();
        for (LocationSettings location : settings) {
            T compiled = compile.apply(location);
            String path = location.path();
            boolean duplicate = false;
            switch (location.match()) {
                case EXACT -> {
                    if (canMatch(location, path, problems)) {
                        duplicate = exact.putIfAbsent(path, compiled) != null;
                    }
                }
                case PREFIX -> {
                    if (canMatch(location, path + "x", problems)) {
                        var entry = new PrefixTable.Entry<>(path, location.beforeRegex(), compiled);
                        duplicate = prefixes.putIfAbsent(path, entry) != null;
                    }
                }
                case REGEX -> {
                    Pattern pattern = pattern(location, problems);
                    if (pattern != null) {
                        regexes.add(new Regex<>(pattern, compiled));
                    }
                }
            }
            if (duplicate) {
                problems.error(location.at(), location.setting() + ".path", "\"" + path + "\" has a location already");
            }
        }
        return new Locations<>(site, Map.copyOf(exact), new PrefixTable<>(prefixes.values()), List.copyOf(regexes));
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
            return Pattern.compile(location.path(), location.ignoreCase() ? Pattern.CASE_INSENSITIVE : 0);
        } catch (PatternSyntaxException e) {
            problems.error(
                    location.at(),
                    location.setting() + ".path",
                    "\"" + location.path() + "\" is not a regular expression of RE2: " + e.getDescription());
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
        if (!exact.isEmpty()) {
            T location = exact.get(canonical);
            if (location != null) {
                return location;
            }
        }
        PrefixTable.Entry<T> longest = prefixes.longest(canonical);
        if (longest == null || !longest.beforeRegex()) {
            for (int i = 0; i < regexes.size(); i++) {
                Regex<T> regex = regexes.get(i);
                if (regex.pattern().matcher(canonical).find()) {
                    return regex.location();
                }
            }
        }
        return longest == null ? site : longest.location();
    }
}
