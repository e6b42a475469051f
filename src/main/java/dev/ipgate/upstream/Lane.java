package dev.ipgate.upstream;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.HeadBytes;
import dev.ipgate.http.HeadReader;
import dev.ipgate.http.HeaderNames;
import dev.ipgate.upstream.Failure.Kind;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioIoThread;

/**
 * One app's connections and requests on one IO thread. Everything here runs on that thread, so nothing is locked; the
 * number of connections in all, and of those who wait for one, is shared with the other lanes.
 */
final class Lane {

    private static final long TICK_MILLIS = 250;

    private final Upstream upstream;
    private final XnioIoThread thread;
    private final HeadBytes headBytes = new HeadBytes();
    private final HeadReader heads = new HeadReader(new HeaderNames());
    private final ByteBuffer oneByte = ByteBuffer.allocateDirect(1);
    private final IdleConnections idle;
    private final ArrayDeque<Assignment> waiting = new ArrayDeque<>();
    private final List<Forwarding> inFlight = new ArrayList<>();
    private volatile boolean anyWaiting;
    private boolean ticking;

    Lane(Upstream upstream, XnioIoThread thread) {
        this.upstream = upstream;
        this.thread = thread;
        idle = new IdleConnections(upstream.settings().keepalive().toNanos(), this::drop);
    }

    Upstream upstream() {
        return upstream;
    }

    XnioIoThread thread() {
        return thread;
    }

    /** The bytes of the head that is being made; one at a time. */
    HeadBytes headBytes() {
        return headBytes.clear();
    }

    /** Room for a byte that nobody wants to see. */
    ByteBuffer oneByte() {
        return oneByte.clear();
    }

    /** Reads heads; one at a time. */
    HeadReader heads() {
        return heads;
    }

    void enter(Forwarding forwarding) {
        forwarding.index = inFlight.size();
        inFlight.add(forwarding);
        keepTicking();
    }

    void leave(Forwarding forwarding) {
        int index = forwarding.index;
        if (index < 0) {
            return;
        }
        forwarding.index = -1;
        Forwarding last = inFlight.remove(inFlight.size() - 1);
        if (last != forwarding) {
            inFlight.set(index, last);
            last.index = index;
        }
    }

    /** Gives the assignment a connection, at once or later, or tells it that there is none. */
    void acquire(Assignment assignment, boolean fresh) {
        long now = LoopClock.nanoTime();
        Replica replica = upstream.replicas().choose(now);
        AppConnection kept = fresh ? null : idle.pop(replica, now);
        if (kept != null) {
            assignment.connected(kept);
        } else if (upstream.reserve() || (idle.dropOldest() && upstream.reserve())) {
            assignment.open(replica);
        } else if (upstream.enqueue()) {
            waiting.add(assignment);
            anyWaiting = true;
            serveWaiting(); // a place may have become free before others could see us wait
            if (anyWaiting) {
                upstream.freeIdle(this);
            }
        } else {
            assignment.failed(new Failure(
                    Kind.BUSY,
                    "all " + upstream.settings().maxConnections() + " connections to "
                            + upstream.settings().authorities() + " are taken, and the queue is full"));
        }
    }

    /** Takes an assignment out of the queue, if it is in it. */
    void withdraw(Assignment assignment) {
        if (waiting.remove(assignment)) {
            left();
        }
    }

    private void left() {
        upstream.dequeue();
        anyWaiting = !waiting.isEmpty();
    }

    /** Takes back a connection on which both messages ended cleanly. */
    void release(AppConnection connection) {
        long now = LoopClock.nanoTime();
        if (upstream.settings().keepalive().isZero() || upstream.isClosed() || !connection.becomeIdle(now)) {
            drop(connection);
            return;
        }
        boolean fair = !waiting.isEmpty() && upstream.replicas().isFair(connection.replica(), now);
        if (fair && connection.isQuiet()) {
            Assignment next = waiting.remove();
            left();
            next.connected(connection);
        } else if (upstream.anyLaneWaits()) {
            drop(connection); // its place goes to whoever waits on another thread, or for another app
        } else {
            idle.push(connection);
            keepTicking();
        }
    }

    /** Closes an idle connection on which something arrived. */
    void discard(AppConnection connection) {
        if (idle.remove(connection)) {
            drop(connection);
        }
    }

    /** Closes a connection and gives its place to whoever waits. */
    void drop(AppConnection connection) {
        connection.close();
        upstream.unreserve();
    }

    /** Connections that wait for a request. Called on any thread. */
    int idle() {
        return idle.size();
    }

    /** An app has begun to answer the request that it got then, on the nanosecond clock. */
    void answered(long began) {
        long now = LoopClock.nanoTime();
        upstream.counts().answered(thread.getNumber(), now - began, now);
    }

    /** A request has failed. */
    void failed(Failure failure) {
        upstream.counts().failed(thread.getNumber(), failure, LoopClock.nanoTime());
    }

    boolean hasWaiting() {
        return anyWaiting;
    }

    /** Opens connections for those who wait, as far as there is room. */
    void serveWaiting() {
        while (!waiting.isEmpty() && upstream.reserve()) {
            Assignment next = waiting.remove();
            left();
            next.open(upstream.replicas().choose(LoopClock.nanoTime()));
        }
    }

    /** Gives the place of an idle connection to whoever waits on another thread. */
    void freeIdle() {
        if (upstream.anyLaneWaits()) {
            idle.dropOldest();
        }
    }

    void closeIdle() {
        idle.dropAll();
    }

    /** A connection is open for the request that wanted it. */
    void opened(Assignment assignment, AppConnection connection) {
        assignment.connected(connection);
    }

    /** No connection could be opened. */
    void notOpened(Assignment assignment, Failure failure) {
        upstream.unreserve();
        assignment.failed(failure);
    }

    /** A connection is no longer wanted before it is open. */
    void giveBack() {
        upstream.unreserve();
    }

    private void keepTicking() {
        if (!ticking) {
            ticking = true;
            thread.executeAfter(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        long now = LoopClock.nanoTime();
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.tick(now);
        }
        idle.dropStale(now);
        if (!inFlight.isEmpty() || !idle.isEmpty()) {
            keepTicking();
        }
    }

    void cutOff() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
            forwarding.fail(new Failure(Kind.BUSY, "the gate stops"));
        }
    }

    void closeTunnels() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
        }
    }
}
