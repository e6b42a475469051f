package dev.ipgate.upstream;

import java.io.Closeable;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses which of an upstream's apps gets a request: the one with the fewest in hand, and of equals each in turn; nginx's
 * {@code least_conn}. One that failed is set aside for a while. Safe to share between threads.
 */
final class Replicas implements Closeable {

    /** For how long an app that failed is set aside; doubles with every failure after that. */
    static final Duration FIRST_PAUSE = Duration.ofSeconds(10);

    /** For how long at most. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(60);

    private static final Logger LOG = LoggerFactory.getLogger(Replicas.class);

    private final List<Replica> all;
    private final Duration firstPause;
    private final Duration longestPause;
    private final AtomicInteger turn = new AtomicInteger();

    Replicas(List<Replica> all, Duration firstPause, Duration longestPause) {
        this.all = List.copyOf(all);
        this.firstPause = firstPause;
        this.longestPause = longestPause;
    }

    List<Replica> all() {
        return all;
    }

    /** The app for a request; if all are set aside, the one that failed longest ago. */
    Replica choose(long now) {
        Replica chosen = all.size() == 1 ? null : choose(List.of(), now);
        return chosen == null ? all.get(0) : chosen;
    }

    /**
     * The app for a request that has tried some in vain.
     *
     * @return null if it has tried all
     */
    @Nullable
    Replica choose(Collection<Replica> tried, long now) {
        int start = Math.floorMod(turn.getAndIncrement(), all.size());
        Replica best = null;
        for (int i = 0; i < all.size(); i++) {
            Replica next = all.get((start + i) % all.size());
            if (!tried.contains(next) && (best == null || isBetter(next, best, now))) {
                best = next;
            }
        }
        return best;
    }

    private static boolean isBetter(Replica next, Replica best, long now) {
        boolean nextRests = next.isSetAside(now);
        if (nextRests != best.isSetAside(now)) {
            return !nextRests;
        }
        return nextRests ? next.failedAt() - best.failedAt() < 0 : next.inFlight() < best.inFlight();
    }

    /** How many others a request could turn to that are not set aside. */
    int others(Collection<Replica> tried, long now) {
        int count = 0;
        for (Replica replica : all) {
            if (!tried.contains(replica) && !replica.isSetAside(now)) {
                count++;
            }
        }
        return count;
    }

    /** Whether an app that has just finished a request should get the next, and not one that has less to do. */
    boolean isFair(Replica finished, long now) {
        for (Replica other : all) {
            if (other.inFlight() < finished.inFlight() && !other.isSetAside(now)) {
                return false;
            }
        }
        return true;
    }

    /** An app could not be reached, or dropped a request. The only one there is stays in use. */
    void failed(Replica replica, String why, long now) {
        if (all.size() > 1 && replica.failed(now, firstPause, longestPause)) {
            LOG.warn("{} is set aside for a while: {}", replica.url().authority(), why);
        }
    }

    @Override
    public void close() {
        all.forEach(Replica::close);
    }
}
