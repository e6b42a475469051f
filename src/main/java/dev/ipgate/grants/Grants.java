package dev.ipgate.grants;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.CidrBlock;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The grants of one moment, in the order in which they were made. Immutable; those that have ended may be among them. */
public final class Grants {

    /** None at all. */
    public static final Grants NONE = new Grants(List.of());

    /** How many may live at a time: more than people make, and no more than a reload takes in passing. */
    static final int MOST = 10_000;

    private final List<Grant> all;

    Grants(List<Grant> all) {
        this.all = List.copyOf(all);
    }

    List<Grant> all() {
        return all;
    }

    /** Those that have not ended. */
    public List<Grant> live(Instant now) {
        return all.stream().filter(grant -> grant.isLive(now)).toList();
    }

    /** The addresses of those that have not ended. */
    public AddressSet addresses(Instant now) {
        return AddressSet.of(
                live(now).stream().map(grant -> grant.whom().range()).toList());
    }

    /** When the next of them ends; empty if none lives. */
    public Optional<Instant> nextEnd(Instant now) {
        return live(now).stream().map(Grant::until).min(Instant::compareTo);
    }

    /**
     * With one more, without those that have ended, and without the one that it renews.
     *
     * @throws IllegalStateException if too many live
     */
    Grants with(Grant added, Instant now) {
        List<Grant> kept =
                live(now).stream().filter(grant -> !grant.isRenewedBy(added)).toList();
        if (kept.size() >= MOST) {
            throw new IllegalStateException(MOST
                    + " grants live already, and no more are made; revoke some, or write a rule into the conf file");
        }
        return new Grants(Stream.concat(kept.stream(), Stream.of(added)).toList());
    }

    /** Those that live and are of exactly these addresses. */
    List<Grant> of(CidrBlock whom, Instant now) {
        return live(now).stream().filter(grant -> grant.whom().equals(whom)).toList();
    }

    /** Without some, and without those that have ended. */
    Grants without(List<Grant> gone, Instant now) {
        return new Grants(
                live(now).stream().filter(grant -> !gone.contains(grant)).toList());
    }
}
