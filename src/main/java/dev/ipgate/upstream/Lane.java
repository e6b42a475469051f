package dev.ipgate.upstream;

import dev.ipgate.upstream.Failure.Kind;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/**
 * One app's connections and requests on one IO thread. Everything here runs on that thread, so nothing is locked; the
 * number of connections in all, and of those who wait for one, is shared with the other lanes.
 */
final class Lane {

    private static final long TICK_MILLIS = 250;
    private static final OptionMap CONNECT_OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    private final Upstream upstream;
    private final XnioIoThread thread;
    private final HeadBytes headBytes = new HeadBytes();
    private final ArrayDeque<AppConnection> idle = new ArrayDeque<>(); // the most recently used first
    private final ArrayDeque<Forwarding> waiting = new ArrayDeque<>();
    private final List<Forwarding> inFlight = new ArrayList<>();
    private volatile boolean anyWaiting;
    private boolean ticking;

    Lane(Upstream upstream, XnioIoThread thread) {
        this.upstream = upstream;
        this.thread = thread;
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

    /** Gives the forwarding a connection, at once or later, or tells it that there is none. */
    void acquire(Forwarding forwarding, boolean fresh) {
        while (!fresh && !idle.isEmpty()) {
            AppConnection candidate = idle.pop();
            if (!isStale(candidate, System.nanoTime())) {
                forwarding.connected(candidate);
                return;
            }
            drop(candidate);
        }
        if (upstream.reserve()) {
            open(forwarding, 0);
        } else if (upstream.enqueue()) {
            waiting.add(forwarding);
            anyWaiting = true;
            serveWaiting(); // a place may have become free before others could see us wait
            if (anyWaiting) {
                upstream.askForIdle();
            }
        } else {
            forwarding.failed(new Failure(
                    Kind.BUSY,
                    "all " + upstream.settings().maxConnections() + " connections to "
                            + upstream.settings().authority() + " are taken, and the queue is full"));
        }
    }

    /** Takes a forwarding out of the queue; false if it was not in it. */
    boolean withdraw(Forwarding forwarding) {
        boolean waited = waiting.remove(forwarding);
        if (waited) {
            left();
        }
        return waited;
    }

    private void left() {
        upstream.dequeue();
        anyWaiting = !waiting.isEmpty();
    }

    /** Takes back a connection on which both messages ended cleanly. */
    void release(AppConnection connection) {
        if (!connection.isOpen() || upstream.settings().keepalive().isZero() || upstream.isClosed()) {
            drop(connection);
            return;
        }
        connection.becomeIdle(System.nanoTime());
        Forwarding next = waiting.poll();
        if (next != null) {
            left();
            next.connected(connection);
        } else if (upstream.anyLaneWaits()) {
            drop(connection); // its place goes to whoever waits on another thread
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

    /** Gives up an idle connection if anybody waits for its place. */
    void yieldIdle() {
        if (!idle.isEmpty() && upstream.anyLaneWaits()) {
            drop(idle.removeLast());
        }
    }

    boolean hasWaiting() {
        return anyWaiting;
    }

    /** Opens connections for those who wait, as far as there is room. */
    void serveWaiting() {
        while (!waiting.isEmpty() && upstream.reserve()) {
            Forwarding next = waiting.remove();
            left();
            open(next, 0);
        }
    }

    void closeIdle() {
        while (!idle.isEmpty()) {
            drop(idle.pop());
        }
    }

    private void open(Forwarding forwarding, int attempt) {
        List<InetSocketAddress> addresses = upstream.addresses();
        if (forwarding.index < 0 || attempt >= addresses.size()) {
            upstream.unreserve();
            if (forwarding.index >= 0) {
                forwarding.failed(unreachable(addresses.isEmpty()));
            }
            return;
        }
        IoFuture<StreamConnection> opening = thread.openStreamConnection(addresses.get(attempt), null, CONNECT_OPTIONS);
        opening.addNotifier(
                (future, ignored) -> {
                    // not always told on our thread
                    if (Thread.currentThread() == thread) {
                        opened(future, forwarding, attempt);
                    } else {
                        thread.execute(() -> opened(future, forwarding, attempt));
                    }
                },
                null);
    }

    private void opened(IoFuture<? extends StreamConnection> future, Forwarding forwarding, int attempt) {
        StreamConnection connection = connection(future);
        if (connection == null) {
            open(forwarding, attempt + 1);
            return;
        }
        AppConnection opened = new AppConnection(this, connection);
        if (forwarding.index < 0) { // it gave up meanwhile
            release(opened);
        } else {
            forwarding.connected(opened);
        }
    }

    private static @Nullable StreamConnection connection(IoFuture<? extends StreamConnection> future) {
        try {
            return future.getStatus() == IoFuture.Status.DONE ? future.get() : null;
        } catch (java.io.IOException e) {
            return null;
        }
    }

    private Failure unreachable(boolean unresolved) {
        String app = upstream.settings().authority();
        return new Failure(
                Kind.UNREACHABLE,
                unresolved ? "\"" + upstream.settings().host() + "\" has no address" : "nothing answers on " + app,
                app);
    }

    private boolean isStale(AppConnection candidate, long now) {
        return now - candidate.idleSince() > upstream.settings().keepalive().toNanos();
    }

    private void keepTicking() {
        if (!ticking) {
            ticking = true;
            thread.executeAfter(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    private void tick() {
        ticking = false;
        long now = System.nanoTime();
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.tick(now);
        }
        AppConnection oldest;
        while ((oldest = idle.peekLast()) != null && isStale(oldest, now)) {
            drop(idle.removeLast());
        }
        if (!inFlight.isEmpty() || !idle.isEmpty()) {
            keepTicking();
        }
    }

    void cutOff() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
            forwarding.failed(new Failure(Kind.BUSY, "the gate stops"));
        }
    }

    void closeTunnels() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
        }
    }
}
