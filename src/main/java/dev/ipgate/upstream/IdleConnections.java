package dev.ipgate.upstream;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The idle connections of one IO thread, by app: one to an app never serves a request that another app gets. */
final class IdleConnections {

    private final Map<Replica, ArrayDeque<AppConnection>> pools = new HashMap<>(); // the most recently used first
    private final long keepaliveNanos;
    private final Consumer<AppConnection> drop;
    private final AtomicInteger count = new AtomicInteger(); // written by its own thread, looked at by others

    /** @param drop closes a connection that nobody wants any more */
    IdleConnections(long keepaliveNanos, Consumer<AppConnection> drop) {
        this.keepaliveNanos = keepaliveNanos;
        this.drop = drop;
    }

    boolean isEmpty() {
        return count.getPlain() == 0;
    }

    /** How many there are. Called on any thread. */
    int size() {
        return count.get();
    }

    void push(AppConnection connection) {
        pools.computeIfAbsent(connection.replica(), unseen -> new ArrayDeque<>())
                .push(connection);
        count(1);
    }

    /** The connection to the app that was used last; null if there is none, or none that is fit for use. */
    @Nullable
    AppConnection pop(Replica replica, long now) {
        ArrayDeque<AppConnection> pool = pools.get(replica);
        while (pool != null && !pool.isEmpty()) {
            AppConnection candidate = pool.pop();
            count(-1);
            if (!isStale(candidate, now) && candidate.isQuiet()) {
                return candidate;
            }
            drop.accept(candidate);
        }
        return null;
    }

    /** Takes a connection out; false if it was not in. */
    boolean remove(AppConnection connection) {
        ArrayDeque<AppConnection> pool = pools.get(connection.replica());
        boolean removed = pool != null && pool.remove(connection);
        if (removed) {
            count(-1);
        }
        return removed;
    }

    void dropStale(long now) {
        for (ArrayDeque<AppConnection> pool : pools.values()) {
            AppConnection oldest;
            while ((oldest = pool.peekLast()) != null && isStale(oldest, now)) {
                pool.removeLast();
                count(-1);
                drop.accept(oldest);
            }
        }
    }

    /** Gives up the connection that has been idle longest, for the place that it takes; false if there is none. */
    boolean dropOldest() {
        AppConnection oldest = null;
        for (ArrayDeque<AppConnection> pool : pools.values()) {
            AppConnection last = pool.peekLast();
            if (last != null && (oldest == null || last.idleSince() - oldest.idleSince() < 0)) {
                oldest = last;
            }
        }
        if (oldest == null) {
            return false;
        }
        remove(oldest);
        drop.accept(oldest);
        return true;
    }

    void dropAll() {
        List<AppConnection> all = new ArrayList<>();
        pools.values().forEach(all::addAll);
        pools.clear();
        count.lazySet(0);
        all.forEach(drop);
    }

    private void count(int change) {
        count.lazySet(count.getPlain() + change);
    }

    private boolean isStale(AppConnection connection, long now) {
        return now - connection.idleSince() > keepaliveNanos;
    }
}
