package dev.ipgate.config;

import dev.ipgate.config.DoorsReader.Doors;
import dev.ipgate.config.Settings.Mode;
import dev.ipgate.problem.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads what a site is made of, for the default site at the top level and for each of {@code sites}. */
final class SiteReader {

    private static final List<String> INHERITED = List.of(
            "listen", "client_address", "groups", "resolver", "limits", "access_log", "admin", "control", "sites");

    private final DoorsReader doors;
    private final RulesReader rules;
    private final UpstreamReader upstreams;
    private final LocationsReader locations;
    private final HostNames hosts = new HostNames();
    private final WhomReader whom;
    private final Mode mode;
    private final List<Whom> guard;

    /**
     * Makes a reader.
     *
     * @param mode of sites that say nothing about it
     * @param guard of sites that say nothing about it
     */
    SiteReader(
            DoorsReader doors,
            RulesReader rules,
            UpstreamReader upstreams,
            WhomReader whom,
            Mode mode,
            List<Whom> guard) {
        this.whom = whom;
        this.mode = mode;
        this.guard = guard;
        this.doors = doors;
        this.rules = rules;
        this.upstreams = upstreams;
        this.locations = new LocationsReader(doors, rules, upstreams);
    }

    /** The site of the top level; null if it is not meant to be one, or if something that it needs is bad. */
    @Nullable
    SiteSettings readDefault(Section top) {
        boolean onlySites = top.has("sites")
                && !top.has("rules")
                && !top.has("upstream")
                && !top.has("preset")
                && !top.has("locations")
                && !top.has("hosts");
        for (String key : onlySites ? List.of("auth", "satisfy") : List.<String>of()) {
            Setting stray = top.find(key);
            if (stray != null) {
                stray.errorAtKey("is the default site's, which is not here, and sites do not inherit it; write it"
                        + " under each of them");
            }
        }
        return onlySites
                ? null
                : site(top, mode, guard, "", Position.of(top.at().file()));
    }

    List<SiteSettings> readSites(@Nullable Setting setting) {
        List<SiteSettings> sites = new ArrayList<>();
        if (setting != null && setting.isList() && setting.items().isEmpty()) {
            setting.error("is empty; leave the key out");
        }
        for (Setting item : setting == null ? List.<Setting>of() : setting.items()) {
            Section section = item.section(Keys.SITE, SiteReader::inherited);
            if (section == null) {
                continue;
            }
            Setting names = section.find("hosts");
            if (names == null || (names.isList() && names.items().isEmpty())) {
                section.missing("hosts", "is missing; write the names by which the site is chosen");
            }
            Setting own = section.find("guard");
            SiteSettings site = site(
                    section,
                    section.word("mode", mode, Mode.WORDS),
                    own == null ? guard : whom.read(own),
                    item.name(),
                    item.at());
            if (site != null) {
                sites.add(site);
            }
        }
        return List.copyOf(sites);
    }

    private static @Nullable String inherited(String key) {
        return INHERITED.contains(key) ? "\"" + key + "\" is for all sites together; write it at the top level" : null;
    }

    private @Nullable SiteSettings site(Section section, Mode mode, List<Whom> guard, String name, Position at) {
        List<String> names = hosts.read(section.find("hosts"));
        Setting list = section.find("rules");
        Setting app = section.find("upstream");
        Doors own = doors.site(section);
        SitePreset preset = PresetReader.read(section.find("preset"), own.auth());
        if (list == null && !own.password()) {
            section.missing("rules", "is missing, so nobody could pass; write a list such as - allow: 203.0.113.7");
        }
        if (app == null && !section.has("preset")) {
            section.missing("upstream", "is missing; write where the app is, such as \"http://127.0.0.1:5050\"");
        }
        List<RuleSettings> ownRules = list == null ? List.of() : rules.read(list);
        List<LocationSettings> paths = locations.read(section.find("locations"), own);
        doors.reviewSite(section, own, all(paths).anyMatch(path -> hasTwoDoors(path, list != null)));
        UpstreamSettings upstream = app == null ? preset.upstream() : upstreams.read(app, preset, null);
        if (Stream.concat(Stream.ofNullable(upstream), all(paths).map(LocationSettings::upstream))
                .anyMatch(SiteReader::seesAnotherName)) {
            HostNames.warnOfStrangers(section.find("hosts"));
        }
        boolean whole = list == null ? own.auth() != null : !ownRules.isEmpty();
        return upstream == null || !whole
                ? null
                : new SiteSettings(
                        names,
                        ownRules,
                        own.auth(),
                        own.satisfy(),
                        preset.with(paths),
                        upstream,
                        preset.staticPrefix(),
                        mode,
                        guard,
                        name,
                        at);
    }

    private static boolean seesAnotherName(@Nullable UpstreamSettings upstream) {
        return upstream != null && (upstream.replacesHost() || upstream.originUpstream());
    }

    private static boolean hasTwoDoors(LocationSettings location, boolean siteHasRules) {
        return location.auth() != null && (siteHasRules || location.rules() != null);
    }

    private static Stream<LocationSettings> all(List<LocationSettings> locations) {
        return locations.stream().flatMap(LocationSettings::withNested);
    }
}
