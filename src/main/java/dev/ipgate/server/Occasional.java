package dev.ipgate.server;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;

/** Warns at most once a second, and says how often it kept silent: a flood of failures must not become one of lines. */
final class Occasional {

    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();

    private final Logger log;
    private final AtomicLong lastAt = new AtomicLong(System.nanoTime() - PAUSE_NANOS);
    private final AtomicLong suppressed = new AtomicLong();

    Occasional(Logger log) {
        this.log = log;
    }

    void warn(String message) {
        long now = System.nanoTime();
        long last = lastAt.get();
        if (now - last < PAUSE_NANOS || !lastAt.compareAndSet(last, now)) {
            suppressed.incrementAndGet();
            return;
        }
        long unsaid = suppressed.getAndSet(0);
        if (unsaid == 0) {
            log.warn("{}", message);
        } else {
            log.warn("{} (and {} more like it)", message, unsaid);
        }
    }
}
