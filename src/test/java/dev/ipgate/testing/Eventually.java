package dev.ipgate.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import org.assertj.core.api.Assertions;

/** Waits for what other threads bring about: as short as possible, and long enough for a busy machine. */
public final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final long PAUSE_MILLIS = 5;

    private Eventually() {}

    /** Comes back as soon as the fact holds, and fails if it does not within half a minute. */
    public static void holds(String fact, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    Assertions.fail("still not so after " + PATIENCE.toSeconds() + " s: " + fact);
                }
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Assertions.fail("interrupted while waiting: " + fact, e);
        } catch (Exception e) {
            Assertions.fail("cannot tell: " + fact, e);
        }
    }
}
