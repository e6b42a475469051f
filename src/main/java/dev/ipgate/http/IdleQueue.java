package dev.ipgate.http;

import java.io.Closeable;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import java.util.concurrent.atomic.AtomicLongFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;

/**
 * Connections of one IO thread that wait for a request, in the order in which they began to. Belongs to that thread; others
 * may see how many there are, and since when the first has waited.
 */
public final class IdleQueue {

    /*
     * A connection leaves the queue at each request and comes back at its end, so both cost no more than a few writes: its
     * place is a part of a list, and is made once. Those next to it have come back at about the same time, so where ten
     * thousand connections wait, the writes of the few that are active meet in the cache.
     */

    private static final AtomicLongFieldUpdater<IdleQueue> SINCE =
            AtomicLongFieldUpdater.newUpdater(IdleQueue.class, "since");
    private static final AtomicIntegerFieldUpdater<IdleQueue> SIZE =
            AtomicIntegerFieldUpdater.newUpdater(IdleQueue.class, "size");
    private static final long NOBODY = 0; // the times in use are odd

    /** What one connection needs to wait here. */
    static final class Place {
        private final IdleQueue queue;
        private final Closeable connection;
        private @Nullable Place before;
        private @Nullable Place after;
        private long since = NOBODY; // unless it waits

        Place(IdleQueue queue, Closeable connection) {
            this.queue = queue;
            this.connection = connection;
        }

        /** Waits from now on. */
        void enter(long nanoTime) {
            if (since == NOBODY) {
                since = nanoTime | 1;
                queue.append(this);
            }
        }

        /** Waits no longer, if it did. */
        void leave() {
            if (since != NOBODY) {
                since = NOBODY;
                queue.remove(this);
            }
        }
    }

    private final XnioIoThread thread;
    private @Nullable Place first;
    private @Nullable Place last;
    private volatile long since = NOBODY; // of the first
    private volatile int size;

    public IdleQueue(XnioIoThread thread) {
        this.thread = thread;
    }

    public XnioIoThread thread() {
        return thread;
    }

    /** How many wait. Called on any thread. */
    public int size() {
        return size;
    }

    /** The queue whose first has waited longest; null if nobody waits in either. Called on any thread. */
    public static @Nullable IdleQueue longer(@Nullable IdleQueue one, @Nullable IdleQueue other) {
        long ones = one == null ? NOBODY : one.since;
        long others = other == null ? NOBODY : other.since;
        if (others == NOBODY || (ones != NOBODY && ones - others <= 0)) {
            return ones == NOBODY ? null : one;
        }
        return other;
    }

    /** Closes the connection that has waited longest; false if none waits. */
    public boolean closeLongest() {
        Place longest = first;
        if (longest == null) {
            return false;
        }
        longest.leave();
        IoUtils.safeClose(longest.connection);
        return true;
    }

    private void append(Place place) {
        SIZE.lazySet(this, size + 1);
        place.before = last;
        if (last == null) {
            first = place;
            SINCE.lazySet(this, place.since);
        } else {
            last.after = place;
        }
        last = place;
    }

    private void remove(Place place) {
        SIZE.lazySet(this, size - 1);
        Place before = place.before;
        Place after = place.after;
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        if (before == null) {
            first = after;
            SINCE.lazySet(this, after == null ? NOBODY : after.since);
        } else {
            before.after = after;
        }
        place.before = null;
        place.after = null;
    }
}
