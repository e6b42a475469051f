package dev.ipgate.lists;

import dev.ipgate.config.Settings;
import dev.ipgate.config.Whom;
import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Problems;
import java.util.Collection;

/** The groups of one reading of the conf file, filled: names to addresses. */
public final class Groups {

    private Groups() {}

    /** Fills every group; what is wrong in a list file is reported at its own file and line. */
    public static Groups load(Settings settings, Problems problems) {
        throw new UnsupportedOperationException();
    }

    /** The addresses that a rule or {@code trusted_proxies} names. */
    public AddressSet resolve(Collection<Whom> whom) {
        throw new UnsupportedOperationException();
    }
}
