package dev.ipgate.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition that another thread brings about. */
public final class Until {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Until() {}

    /** Returns as soon as the condition holds; fails if it does not within half a minute. */
    public static void holds(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("what was waited for did not happen within " + PATIENCE);
            }
            Thread.sleep(5);
        }
    }
}
