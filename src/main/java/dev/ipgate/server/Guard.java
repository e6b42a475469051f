package dev.ipgate.server;

import dev.ipgate.config.Settings;
import dev.ipgate.config.SiteSettings;
import dev.ipgate.config.Whom;
import dev.ipgate.lists.Groups;
import dev.ipgate.problem.Problems;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/** Refuses a conf file that locks out those whom its {@code guard} names. */
final class Guard {

    private Guard() {}

    /**
     * Looks at every address that is named, not at samples.
     *
     * @param entrances the front page of each site, in the order of the settings
     * @param now seconds since the epoch
     */
    static void check(Settings settings, List<Place> entrances, Groups groups, Problems problems, long now) {
        Iterator<Place> places = entrances.iterator();
        Stream.concat(Stream.ofNullable(settings.defaultSite()), settings.sites().stream())
                .forEach(site -> check(site, places.next(), groups, problems, now));
    }

    private static void check(SiteSettings site, Place entrance, Groups groups, Problems problems, long now) {
        for (Whom whom : site.guard()) {
            Standing refused = Standing.firstRefused(entrance, groups.resolve(List.of(whom)), now);
            if (refused == null) {
                continue;
            }
            String message = "this would lock out " + refused.client()
                    + (whom.toString().equals(refused.client().toString()) ? "" : " of \"" + whom + "\"")
                    + ": " + refused.text();
            if (groups.isComplete()) {
                problems.error(whom.at(), "guard", message + "; allow it there, or take it out of guard");
            } else { // to keep everybody out until a name server answers would be worse
                problems.warning(whom.at(), "guard", message + "; a group that could not be read may allow it later");
            }
        }
    }
}
