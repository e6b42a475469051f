package dev.ipgate.config;

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

    /** The locations of a site: its own, and those of the preset for whose path it has none. */
    List<LocationSettings> with(List<LocationSettings> own) {
        List<String> taken = own.stream().map(LocationSettings::path).toList();
        return Stream.concat(own.stream(), locations.stream().filter(location -> !taken.contains(location.path())))
                .toList();
    }
}
