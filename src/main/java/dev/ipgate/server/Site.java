package dev.ipgate.server;

import org.jspecify.annotations.Nullable;

/**
 * One app's names and places.
 *
 * @param name its first host, or "default"
 * @param locations where in it a request goes
 * @param signIn the path of its sign-in page; null if it has none
 */
record Site(
        String name, Locations<Place> locations, @Nullable String signIn) {

    /** The name of a default site without hosts. */
    static final String UNNAMED = "default";
}
