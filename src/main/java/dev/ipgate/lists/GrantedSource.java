package dev.ipgate.lists;

import dev.ipgate.grants.GrantStore;
import dev.ipgate.grants.Grants;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The addresses of the grants that live: others when one is made or taken back, and when one ends. */
final class GrantedSource implements Source {

    private final GrantStore store;
    private final InstantSource clock;
    private @Nullable Grants seen;
    private Instant nextEnd = Instant.MAX;

    GrantedSource(GrantStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** What cannot be read keeps nobody from starting: nobody is let in by it, and the rules go on. */
    @Override
    public synchronized Reading read() {
        Grants grants = store.grants();
        Instant now = clock.instant();
        seen = grants;
        nextEnd = grants.nextEnd(now).orElse(Instant.MAX);
        return new Reading(grants.addresses(now), null, warnings(store.trouble()));
    }

    @Override
    public synchronized boolean hasChanged() {
        return store.grants() != seen || !clock.instant().isBefore(nextEnd);
    }

    private List<Problem> warnings(@Nullable String trouble) {
        return trouble == null
                ? List.of()
                : List.of(new Problem(
                        Problem.Severity.WARNING, Position.of(store.file().toString()), "", trouble, ""));
    }
}
