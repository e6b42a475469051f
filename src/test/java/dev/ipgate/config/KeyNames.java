package dev.ipgate.config;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

/** The keys that the conf file may have, for tests of other packages. */
public final class KeyNames {

    private KeyNames() {}

    /** Of all tables together. */
    public static Set<String> all() {
        Set<String> names = new TreeSet<>();
        Arrays.stream(Keys.values()).map(Keys::names).forEach(names::addAll);
        return names;
    }
}
