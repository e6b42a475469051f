package dev.ipgate.server;

/**
 * One app's names and places.
 *
 * @param name its first host, or "default"
 * @param locations where in it a request goes
 */
record Site(String name, Locations<Place> locations) {

    /** The name of a default site without hosts. */
    static final String UNNAMED = "default";
}
