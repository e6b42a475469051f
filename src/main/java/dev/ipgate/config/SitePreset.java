package dev.ipgate.config;

import dev.ipgate.config.LocationSettings.Match;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a site is made of where it says nothing itself.
 *
 * @param upstream how the app is spoken to
 * @param hasApp whether upstream says where the app is
 * @param locations what differs for some paths
 * @param staticPrefix the path below which MLflow's pages are; empty for the root
 */
record SitePreset(UpstreamSettings upstream, boolean hasApp, List<LocationSettings> locations, String staticPrefix) {

    /** What holds for a site without a preset. */
    static final SitePreset NONE = new SitePreset(UpstreamReader.DEFAULTS, false, List.of(), "");

    /** The locations of a site: its own, and those of the preset that none of them takes the place of. */
    List<LocationSettings> with(List<LocationSettings> own) {
        return Stream.concat(
                        own.stream(),
                        locations.stream().filter(location -> own.stream().noneMatch(ours -> replaces(ours, location))))
                .toList();
    }

    /** Whether a location holds every path that another does. An exact one does not hold what is below its path. */
    private static boolean replaces(LocationSettings own, LocationSettings other) {
        return own.path().equals(other.path()) && (own.match() == other.match() || own.match() == Match.PREFIX);
    }
}
