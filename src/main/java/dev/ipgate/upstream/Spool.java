package dev.ipgate.upstream;

import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** The disk that request bodies may take before they are sent to an app, all apps together. Safe to share. */
public final class Spool {

    /**
     * Bodies that are taken in at a time. Each has one block of memory at most, and one file with one task at most on the
     * worker pool, so that this bounds all three.
     */
    static final int MOST_BODIES = 1024;

    private final Path directory;
    private final AtomicInteger bodies = new AtomicInteger();
    private final AtomicLong used = new AtomicLong();
    private volatile long limit;

    /**
     * Makes an empty spool.
     *
     * @param directory where the files go, which have no name there for longer than it takes to open them
     * @param limit bytes in all files together ({@code limits.spool})
     */
    public Spool(Path directory, long limit) {
        this.directory = directory;
        this.limit = limit;
    }

    /** A new limit; what is in use already may be over it. */
    public void setLimit(long bytes) {
        limit = bytes;
    }

    /** Bytes in all files, in use now. */
    public long used() {
        return used.get();
    }

    Path directory() {
        return directory;
    }

    /** Takes a place for one more body; false if there is none. */
    boolean enter() {
        if (bodies.incrementAndGet() > MOST_BODIES) {
            bodies.decrementAndGet();
            return false;
        }
        return true;
    }

    void leave() {
        bodies.decrementAndGet();
    }

    /** @throws SpoolFullException if there is no room for so many bytes more */
    void take(long bytes) throws SpoolFullException {
        long most = limit;
        long now = used.get();
        while (bytes <= most - now) {
            if (used.compareAndSet(now, now + bytes)) {
                return;
            }
            now = used.get();
        }
        throw new SpoolFullException(
                "request bodies take " + now + " bytes in temporary files, and limits.spool allows " + most);
    }

    void give(long bytes) {
        used.addAndGet(-bytes);
    }
}
