package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Position;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of the access list. Order matters: the first rule that names the client decides.
 *
 * @param action what happens to those it names
 * @param whom whom it names, as written: {@code office}, {@code 10.0.0.0/8}, {@code all}
 * @param addresses whom it names, resolved
 * @param methods the request methods it is for, in upper case; empty for every method. GET stands for HEAD too
 * @param until when it ends, to the second; from that second on it is as if it were not there
 * @param note what the operator wrote beside it
 * @param origin where it stands
 */
public record Rule(
        Action action,
        String whom,
        AddressSet addresses,
        Set<String> methods,
        @Nullable Instant until,
        @Nullable String note,
        Position origin) {

    /** The second at which a rule without an end does end. */
    static final long NEVER = Long.MAX_VALUE;

    public Rule {
        methods = Set.copyOf(methods);
    }

    /** Whether the rule is for requests of a method: every rule is that names none, and GET stands for HEAD too. */
    boolean isFor(String method) {
        return methods.isEmpty() || methods.contains(method) || (method.equals("HEAD") && methods.contains("GET"));
    }

    /** The second, since the epoch, from which on the rule is as if it were not there. */
    long endsAt() {
        return until == null ? NEVER : until.getEpochSecond();
    }

    @Override
    public String toString() {
        return action.name().toLowerCase(Locale.ROOT) + " " + whom;
    }
}
