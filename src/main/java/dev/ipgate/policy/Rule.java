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
 * @param number its number among all rules of the conf file, from 0, by which its decisions are counted
 * @param action what happens to those it names
 * @param whom whom it names, as written: {@code office}, {@code 10.0.0.0/8}, {@code all}
 * @param addresses whom it names, resolved
 * @param methods the request methods it is for, in upper case; empty for every method. GET stands for HEAD too
 * @param access what it lets the client do at most, or keeps it from doing at least; null for everything
 * @param until when it ends, to the second; from that second on it is as if it were not there
 * @param report whether it is on trial: whom it names is judged by the rules below, and only said to have been named
 * @param note what the operator wrote beside it
 * @param owner whom to ask about it
 * @param origin where it stands
 */
public record Rule(
        int number,
        Action action,
        String whom,
        AddressSet addresses,
        Set<String> methods,
        @Nullable Access access,
        @Nullable Instant until,
        boolean report,
        @Nullable String note,
        @Nullable String owner,
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

    /**
     * Whether the rule is for requests that do this to the app. Who may write may read, and who may not read may not write:
     * so an allow for writes and a denial of reads are for every request.
     */
    boolean isFor(Access asked) {
        return access == null || access == asked || (access == Access.WRITE) == (action == Action.ALLOW);
    }

    /** The second, since the epoch, from which on the rule is as if it were not there. */
    long endsAt() {
        return until == null ? NEVER : until.getEpochSecond();
    }

    /** Rules stand in different places. */
    @Override
    public int hashCode() {
        return origin.hashCode();
    }

    @Override
    public String toString() {
        return action.name().toLowerCase(Locale.ROOT) + " " + whom;
    }
}
