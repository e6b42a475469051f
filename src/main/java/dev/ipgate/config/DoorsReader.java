package dev.ipgate.config;

import dev.ipgate.policy.Satisfy;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads {@code auth} and {@code satisfy} of sites and locations, and refuses what would leave less than was meant. */
final class DoorsReader {

    private static final Map<String, Satisfy> WORDS = Map.of("all", Satisfy.ALL, "any", Satisfy.ANY);
    private static final String ONE_DOOR = "lets in whoever passes either of two doors, but there is only ";

    /**
     * The doors of a site or location, its own and those it inherits.
     *
     * @param rules whether there are rules
     * @param password whether a password is asked for
     * @param auth how; null if it is not asked for, or if what was written is wrong
     * @param satisfy which of the two have to be passed
     */
    record Doors(boolean rules, boolean password, @Nullable AuthSettings auth, Satisfy satisfy) {

        boolean areTwo() {
            return rules && password;
        }
    }

    /** No door at all. */
    static final Doors NONE = new Doors(false, false, null, Satisfy.ALL);

    private final AuthReader auths;
    private final boolean certificates;

    /** @param certificates whether a listener has a third door, that of clients' certificates */
    DoorsReader(AuthReader auths, boolean certificates) {
        this.auths = auths;
        this.certificates = certificates;
    }

    /** The doors of a site, which inherits none. */
    Doors site(Section site) {
        return read(site, NONE);
    }

    /** The doors of a location. */
    Doors location(Section location, Doors site) {
        Doors doors = read(location, site);
        Setting satisfy = location.find("satisfy");
        if (satisfy != null && doors.satisfy() == Satisfy.ANY && !doors.areTwo() && !certificates) {
            refuseAny(satisfy, doors);
        }
        Setting off = location.find("auth");
        if (off != null && !doors.password() && !doors.rules()) {
            off.error("switches off the only door, as the site has no rules; to let everybody in here, write"
                    + " rules: [{allow: all}] beside it");
        }
        return doors;
    }

    /**
     * Refuses {@code satisfy: any} where no place of the site has two doors.
     *
     * @param anyLocation whether one of its locations has two
     */
    void reviewSite(Section site, Doors doors, boolean anyLocation) {
        Setting satisfy = site.find("satisfy");
        if (satisfy != null && doors.satisfy() == Satisfy.ANY && !doors.areTwo() && !anyLocation && !certificates) {
            refuseAny(satisfy, doors);
        }
    }

    private static void refuseAny(Setting satisfy, Doors doors) {
        satisfy.error("\"any\" " + ONE_DOOR
                + (doors.password() ? "auth here; write rules, too" : "the address here; write auth, too")
                + ", or leave this out");
    }

    private Doors read(Section section, Doors inherited) {
        boolean rules = inherited.rules() || section.has("rules");
        Setting setting = section.find("auth");
        Satisfy satisfy = section.word("satisfy", inherited.satisfy(), WORDS);
        if (setting == null) {
            return new Doors(rules, inherited.password(), inherited.auth(), satisfy);
        }
        return "off".equals(setting.peek())
                ? new Doors(rules, false, null, satisfy)
                : new Doors(rules, true, auths.read(setting), satisfy);
    }
}
