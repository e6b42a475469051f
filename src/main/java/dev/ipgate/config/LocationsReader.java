package dev.ipgate.config;

import dev.ipgate.config.DoorsReader.Doors;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.Action;
import dev.ipgate.policy.Satisfy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code locations}: what differs for some paths of a site. */
final class LocationsReader {

    private static final Map<String, Match> MATCHES =
            Map.of("prefix", Match.PREFIX, "exact", Match.EXACT, "regex", Match.REGEX);

    private final DoorsReader doors;
    private final RulesReader rules;
    private final UpstreamReader upstreams;

    LocationsReader(DoorsReader doors, RulesReader rules, UpstreamReader upstreams) {
        this.doors = doors;
        this.rules = rules;
        this.upstreams = upstreams;
    }

    /**
     * What locations are in: a site, or another location.
     *
     * @param doors what its locations inherit
     * @param guarded whether it, or what it is in, has {@code access}, which its locations inherit
     * @param path how all paths in it begin, as far as that is known
     * @param regex whether it is a regular expression
     */
    private record Around(Doors doors, boolean guarded, String path, boolean regex) {}

    /** @param site the doors of the site, which its locations inherit */
    List<LocationSettings> read(@Nullable Setting setting, Doors site) {
        return read(setting, new Around(site, false, "", false));
    }

    private List<LocationSettings> read(@Nullable Setting setting, Around around) {
        List<LocationSettings> locations = new ArrayList<>();
        Map<String, LocationSettings> seen = new HashMap<>();
        for (Setting item : setting == null ? List.<Setting>of() : setting.items()) {
            LocationSettings location = location(item, around);
            if (location == null) {
                continue;
            }
            LocationSettings earlier =
                    seen.putIfAbsent(location.match() + " " + location.ignoreCase() + " " + location.path(), location);
            if (earlier == null) {
                locations.add(location);
            } else {
                item.error("is the same path and match as " + earlier.setting() + ", line "
                        + earlier.at().line());
            }
        }
        return List.copyOf(locations);
    }

    private @Nullable LocationSettings location(Setting setting, Around around) {
        Section section = setting.section(Keys.LOCATION);
        if (section == null) {
            return null;
        }
        Match match = section.word("match", Match.PREFIX, MATCHES);
        boolean beforeRegex = section.flag("before_regex", false);
        boolean ignoreCase = section.flag("ignore_case", false);
        Doors here = doors.location(section, around.doors());
        Setting own = section.find("rules");
        Setting app = section.find("upstream");
        List<RuleSettings> ownRules = own == null ? null : rules.read(own);
        List<RuleSettings> before = onlyTo(section, here, around);
        String note = section.text("note");
        if (beforeRegex && match != Match.PREFIX) {
            section.error("before_regex is for match: prefix only; leave it out");
        }
        if (ignoreCase && match != Match.REGEX) {
            section.error("ignore_case is for match: regex only; leave it out, or write match: regex");
        }
        String path = path(section, match, around);
        UpstreamSettings upstream = app == null ? null : upstreams.read(app, SitePreset.NONE, pathOf(path, match));
        Setting inner = section.find("locations");
        if (inner != null && match == Match.EXACT) {
            inner.errorAtKey("cannot stand in an exact location, which is one path; put them beside it");
        }
        boolean guarded = around.guarded() || !before.isEmpty();
        Around inside =
                new Around(here, guarded, path == null || match == Match.REGEX ? "" : path, match == Match.REGEX);
        List<LocationSettings> nested = read(inner, inside);
        return path == null
                ? null
                : new LocationSettings(
                        path,
                        match,
                        beforeRegex,
                        ignoreCase,
                        here.auth(),
                        here.satisfy(),
                        before,
                        ownRules,
                        upstream,
                        nested,
                        note,
                        setting.name(),
                        setting.at());
    }

    /** What an app's path can replace; a path that is wrong has been reported. */
    private static @Nullable String pathOf(@Nullable String path, Match match) {
        return match == Match.REGEX ? null : path == null ? "/" : path;
    }

    /** The path, or null if it is missing or wrong. One that is nested has to be within what is around, as with nginx. */
    private static @Nullable String path(Section section, Match match, Around around) {
        Setting setting = section.find("path");
        if (setting == null) {
            section.missing("path", "is missing; write such as path: /health");
            return null;
        }
        if (match == Match.REGEX) {
            return regex(setting);
        }
        String path = path(setting, match);
        if (path != null && around.regex()) {
            setting.error(
                    "\"" + path + "\" is in a regular expression, where nothing but regular expressions is looked for;"
                            + " write match: regex here, too");
            return null;
        }
        if (path != null && !path.startsWith(around.path())) {
            setting.error("\"" + path + "\" does not begin with \"" + around.path()
                    + "\", the path of the location that it is in, and could never be chosen; put it beside that one");
            return null;
        }
        return path;
    }

    /**
     * What {@code access} of a location stands for: whoever is let in, nobody goes further; neither in the locations within
     * it, whatever rules they have.
     */
    private static List<RuleSettings> onlyTo(Section section, Doors here, Around around) {
        Setting setting = section.find("access");
        Access access = AccessReader.read(setting);
        boolean either = here.password() && here.satisfy() == Satisfy.ANY;
        if (either && around.guarded()) {
            section.error("inherits access, which does not bind whoever has a password, as satisfy is any here; write"
                    + " satisfy: all, or access on rules in place of the one that is inherited");
        }
        if (setting == null || access == null) {
            return List.of();
        }
        if (access == Access.WRITE) {
            setting.error("forbids nothing here; leave it out, or give the location rules of its own");
            return List.of();
        }
        if (either && !around.guarded()) {
            setting.error(
                    "does not bind whoever has a password, as satisfy is any here; write satisfy: all beside it, or"
                            + " access on rules");
        }
        List<Whom> all = List.of(new Whom.Everyone(setting.at()));
        return List.of(new RuleSettings(
                Action.DENY, all, Set.of(), Access.WRITE, null, false, null, null, setting.name(), setting.at()));
    }

    private static @Nullable String path(Setting setting, Match match) {
        String path = setting.as(LocationsReader::path);
        if (path != null && match == Match.PREFIX && path.endsWith("*")) {
            setting.warning("a prefix holds whatever begins with it, and * is a * here; did you mean "
                    + path.replaceAll("\\*+$", "") + "?");
        }
        return path;
    }

    private static String path(String text) {
        String quoted = "\"" + text + "\"";
        if (!text.startsWith("/")) {
            throw new IllegalArgumentException(quoted + " does not begin with a slash; " + withoutModifier(text));
        }
        int end = text.indexOf('?') >= 0 ? text.indexOf('?') : text.indexOf('#');
        if (end >= 0) {
            throw new IllegalArgumentException(
                    quoted + " has a query or fragment, which locations do not see; write " + text.substring(0, end));
        }
        String canonical = LocationPath.canonical(text);
        if (!canonical.equals(text)) {
            throw new IllegalArgumentException(quoted
                    + " never matches, because paths are decoded and tidied first; did you mean " + canonical + "?");
        }
        return text;
    }

    /** What to write for nginx's {@code = /x}, {@code ^~ /x}, {@code ~ x} and {@code ~* x}. */
    private static String withoutModifier(String text) {
        int blank = text.indexOf(' ');
        String rest = text.substring(blank + 1).strip();
        return switch (blank < 0 ? "" : text.substring(0, blank)) {
            case "=" -> "write path: " + rest + ", match: exact";
            case "^~" -> "write path: " + rest + ", before_regex: true";
            case "~" -> "write path: '" + rest + "', match: regex";
            case "~*" -> "write path: '" + rest + "', match: regex, ignore_case: true";
            default ->
                text.matches("[~^(].*")
                        ? "for a regular expression, write match: regex"
                        : "did you mean /" + text + "?";
        };
    }

    private static @Nullable String regex(Setting setting) {
        return setting.as(text -> RegexText.compile(text, text).pattern());
    }
}
