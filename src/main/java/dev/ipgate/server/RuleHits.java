package dev.ipgate.server;

import dev.ipgate.metrics.ThreadCounters;

/** How often a rule has decided, and when last. */
final class RuleHits {

    private static final int COUNT = 0;
    private static final int LAST = 1;

    private final ThreadCounters counts;

    RuleHits(int threads) {
        counts = new ThreadCounters(threads, 2);
    }

    /**
     * It has decided once more. On the IO thread with this number.
     *
     * @param now seconds since the epoch
     */
    void hit(int thread, long now) {
        counts.increment(thread, COUNT);
        counts.set(thread, LAST, now);
    }

    long count() {
        return counts.sum(COUNT);
    }

    /** Seconds since the epoch; 0 if it never has. */
    long last() {
        return counts.max(LAST);
    }
}
