package dev.ipgate.tls;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The memory that the TLS connections of one IO thread may hold while they wait for their peers, which costs a stranger
 * nothing. Belongs to that thread.
 */
final class Room {

    /*
     * Where it is used up, somebody has to go: the handshake that began first, since others need a round trip or two; and
     * only if there is none the connection that has waited longest for the rest of a record, or for its peer to take one.
     * They go between two events, for an end may set others in motion, and everybody may be in the middle of something.
     */

    private final Executor thread;
    private final long most;
    private final Set<Part> arriving = new LinkedHashSet<>();
    private final Set<Part> waiting = new LinkedHashSet<>();
    private long held;
    private boolean clearing;

    /**
     * Makes room for nobody yet.
     *
     * @param thread runs what has to wait for the end of the present event
     * @param most bytes
     */
    Room(Executor thread, long most) {
        this.thread = thread;
        this.most = most;
    }

    /** What one connection holds. */
    final class Part {
        private final Runnable giveUp;
        private boolean arrived;
        private int bytes;

        private Part(Runnable giveUp) {
            this.giveUp = giveUp;
        }

        /** Holds so many bytes from now on, instead of what it held before. */
        void hold(int now) {
            if (now == bytes) {
                return;
            }
            if (bytes == 0) {
                line().add(this);
            } else if (now == 0) {
                line().remove(this);
            }
            held += now - bytes;
            bytes = now;
            if (held > most) {
                clearSoon();
            }
        }

        /** The peer has done its part: it waits from now on. */
        void waitAnew() {
            if (bytes > 0 && arrived) {
                waiting.remove(this);
                waiting.add(this);
            }
        }

        /** The handshake is over. */
        void arrive() {
            hold(0);
            arrived = true;
        }

        private Set<Part> line() {
            return arrived ? waiting : arriving;
        }
    }

    /** @param giveUp ends the connection; it holds nothing any more */
    Part part(Runnable giveUp) {
        return new Part(giveUp);
    }

    /** Bytes that are held. */
    long held() {
        return held;
    }

    private void clearSoon() {
        if (!clearing) {
            try {
                thread.execute(this::clear);
                clearing = true;
            } catch (RejectedExecutionException e) {
                // the gate stops, and closes all
            }
        }
    }

    private void clear() {
        clearing = false;
        while (held > most) {
            Iterator<Part> first = (arriving.isEmpty() ? waiting : arriving).iterator();
            if (!first.hasNext()) {
                return;
            }
            Part part = first.next();
            part.hold(0);
            part.giveUp.run();
        }
    }
}
