package dev.ipgate.upstream;

import dev.ipgate.config.AppUrl;
import java.io.Closeable;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One of the apps that share an upstream's requests: how many it has in hand, and whether it is set aside since it failed.
 * Safe to share between threads.
 */
final class Replica implements Closeable {

    /**
     * Why no requests go there for now.
     *
     * @param since when it failed last, on the nanosecond clock
     * @param until when one request may try it again
     * @param pause how long it lasts, in nanoseconds; the next one lasts twice as long
     * @param onTrial whether a request has been sent to try it, which the others wait for
     */
    private record Rest(long since, long until, long pause, boolean onTrial) {}

    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final AppUrl url;
    private final AppAddresses addresses;
    private final LongAdder inFlight = new LongAdder(); // which threads do not take from each other at every request
    private volatile @Nullable Rest rest;

    Replica(AppUrl url, AppAddresses addresses) {
        this.url = url;
        this.addresses = addresses;
    }

    AppUrl url() {
        return url;
    }

    List<InetSocketAddress> addresses() {
        return addresses.current();
    }

    /** Requests that it has in hand, those still connecting included. */
    long inFlight() {
        return inFlight.sum();
    }

    /** A request goes there. If it was set aside, the others go elsewhere until this one has shown how it is. */
    void begin(long now) {
        inFlight.increment();
        if (rest != null) {
            tryOut(now);
        }
    }

    private synchronized void tryOut(long now) {
        Rest current = rest;
        if (current != null && now - current.until >= 0) {
            rest = new Rest(current.since, now + current.pause, current.pause, true);
        }
    }

    void end() {
        inFlight.decrement();
    }

    /** Whether requests should go elsewhere. */
    boolean isSetAside(long now) {
        Rest current = rest;
        return current != null && now - current.until < 0;
    }

    /** When it failed last, on the nanosecond clock; only for one that is set aside. */
    long failedAt() {
        Rest current = rest;
        return current == null ? Long.MIN_VALUE : current.since;
    }

    /**
     * It could not be reached, or dropped a request.
     *
     * @param first for how long it is set aside the first time
     * @param longest for how long at most; every failure after a pause doubles it
     * @return whether this sets it aside, with a pause of its own; those who fail during the pause change nothing
     */
    synchronized boolean failed(long now, Duration first, Duration longest) {
        Rest current = rest;
        if (current == null) {
            rest = new Rest(now, now + first.toNanos(), first.toNanos(), false);
            return true;
        }
        if (now - current.until < 0 && !current.onTrial) {
            rest = new Rest(now, current.until, current.pause, false);
            return false;
        }
        long pause = Math.min(2 * current.pause, longest.toNanos());
        rest = new Rest(now, now + pause, pause, false);
        return true;
    }

    /**
     * It answered a request.
     *
     * @param began when the request turned to it; the answer to one from before the failure says nothing
     */
    void worked(long began) {
        if (rest != null) {
            restore(began);
        }
    }

    private synchronized void restore(long began) {
        Rest current = rest;
        if (current != null && began - current.since >= 0) {
            rest = null;
            LOG.info("{} answers again", url.authority());
        }
    }

    @Override
    public void close() {
        addresses.close();
    }
}
