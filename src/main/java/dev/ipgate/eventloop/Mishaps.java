package dev.ipgate.eventloop;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Logs what goes wrong, one a second at most: what fails for one connection may fail for thousands. */
final class Mishaps {

    private static final Logger LOG = LoggerFactory.getLogger(EventLoop.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final AtomicLong lastAt = new AtomicLong(System.nanoTime() - PAUSE_NANOS);

    /** Something that the code should have prevented: with its stack trace. */
    void report(String what, Throwable cause) {
        if (isTime()) {
            LOG.error(what, cause);
        }
    }

    /** Something that the machine or the network may do to us. */
    void warn(String what) {
        if (isTime()) {
            LOG.warn("{}", what);
        }
    }

    private boolean isTime() {
        long now = System.nanoTime();
        long last = lastAt.get();
        return now - last >= PAUSE_NANOS && lastAt.compareAndSet(last, now);
    }
}
