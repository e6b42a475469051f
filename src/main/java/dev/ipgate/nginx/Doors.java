package dev.ipgate.nginx;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Who may pass at a place, as the conf file says it.
 *
 * @param rules null where a password alone decides
 * @param password null where none is asked for
 * @param any whether one of the two is enough
 */
record Doors(@Nullable List<Rule> rules, @Nullable Password password, boolean any) {

    static final String FAILS_OPEN =
            "nginx lets in whoever no line names; without this line ipgate would not, which is safer";

    /** Nobody may pass, and a comment says why. */
    static Doors shut(String why) {
        return new Doors(List.of(Rule.denyAll(why)), null, false);
    }

    boolean isShut() {
        return password == null
                && rules != null
                && !rules.isEmpty()
                && !rules.get(0).allow()
                && rules.get(0).namesEverybody();
    }

    /** Whether the rules come to the same, comments aside. */
    static boolean same(@Nullable List<Rule> one, @Nullable List<Rule> other) {
        if (one == null || other == null) {
            return one == null && other == null;
        }
        return Rule.node(one).flow().equals(Rule.node(other).flow());
    }

    boolean same(Doors other) {
        boolean two = rules != null && password != null;
        return same(rules, other.rules) && Objects.equals(password, other.password) && (!two || any == other.any);
    }

    /** The rules of a list for some methods, which decide about all clients: nothing is left to the rules behind them. */
    static List<Rule> onlyFor(List<String> methods, List<Rule> rules) {
        List<Rule> some = new ArrayList<>();
        for (Rule rule : rules) {
            Rule only = rule.only(methods);
            if (only != null) {
                some.add(only);
            }
        }
        return some;
    }
}
