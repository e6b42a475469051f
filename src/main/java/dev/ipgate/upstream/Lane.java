package dev.ipgate.upstream;

import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.UndertowClient;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.XnioIoThread;

/**
 * One app's connections and requests on one IO thread. Everything here runs on that thread, so nothing is locked; the
 * number of connections in all is shared with the other lanes.
 */
final class Lane {

    private static final long TICK_MILLIS = 250;
    private static final OptionMap CONNECT_OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    private record Idle(ClientConnection connection, long since) {}

    private final Upstream upstream;
    private final XnioIoThread thread;
    private final ArrayDeque<Idle> idle = new ArrayDeque<>(); // the most recently used first
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
            Idle candidate = idle.pop();
            if (candidate.connection.isOpen() && !isStale(candidate, System.nanoTime())) {
                forwarding.connected(candidate.connection, true);
                return;
            }
            discard(candidate.connection);
        }
        if (upstream.reserve()) {
            open(forwarding, 0);
        } else if (waiting.size() < upstream.settings().maxConnections()) {
            waiting.add(forwarding);
            anyWaiting = true;
        } else {
            forwarding.failed(new Failure(
                    Failure.Kind.BUSY,
                    "all " + upstream.settings().maxConnections() + " connections to "
                            + upstream.settings().authority() + " are taken, and the queue is full"));
        }
    }

    boolean withdraw(Forwarding forwarding) {
        boolean waited = waiting.remove(forwarding);
        anyWaiting = !waiting.isEmpty();
        return waited;
    }

    /** Takes back a connection on which both messages ended cleanly. */
    void release(ClientConnection connection) {
        if (!connection.isOpen() || upstream.settings().keepalive().isZero() || upstream.isClosed()) {
            discard(connection);
            return;
        }
        Forwarding next = waiting.poll();
        if (next != null) {
            anyWaiting = !waiting.isEmpty();
            next.connected(connection, true);
        } else if (upstream.anyLaneWaits()) {
            discard(connection); // its place goes to whoever waits on another thread
        } else {
            idle.push(new Idle(connection, System.nanoTime()));
            keepTicking();
        }
    }

    /** Closes a connection and gives its place to whoever waits. */
    void discard(ClientConnection connection) {
        IoUtils.safeClose(connection);
        upstream.unreserve();
    }

    boolean hasWaiting() {
        return anyWaiting;
    }

    /** Opens connections for those who wait, as far as there is room. */
    void serveWaiting() {
        while (!waiting.isEmpty() && upstream.reserve()) {
            Forwarding next = waiting.remove();
            open(next, 0);
        }
        anyWaiting = !waiting.isEmpty();
    }

    void closeIdle() {
        while (!idle.isEmpty()) {
            discard(idle.pop().connection);
        }
    }

    private void open(Forwarding forwarding, int attempt) {
        if (forwarding.index < 0) { // it gave up meanwhile
            upstream.unreserve();
            return;
        }
        List<InetSocketAddress> addresses = upstream.addresses();
        if (attempt >= addresses.size()) {
            upstream.unreserve();
            forwarding.failed(new Failure(
                    Failure.Kind.UNREACHABLE,
                    addresses.isEmpty()
                            ? "\"" + upstream.settings().host() + "\" has no address"
                            : "nothing answers on " + upstream.settings().authority(),
                    upstream.settings().authority()));
            return;
        }
        UndertowClient.getInstance()
                .connect(
                        new ClientCallback<>() {
                            @Override
                            public void completed(ClientConnection connection) {
                                opened(connection, forwarding);
                            }

                            @Override
                            public void failed(IOException e) {
                                // not always told on our thread
                                thread.execute(() -> open(forwarding, attempt + 1));
                            }
                        },
                        Upstream.uri(addresses.get(attempt)),
                        thread,
                        upstream.buffers(),
                        CONNECT_OPTIONS);
    }

    private void opened(ClientConnection connection, Forwarding forwarding) {
        if (forwarding.index < 0) { // it gave up meanwhile
            release(connection);
        } else {
            forwarding.connected(connection, false);
        }
    }

    private boolean isStale(Idle candidate, long now) {
        return now - candidate.since > upstream.settings().keepalive().toNanos();
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
        @Nullable Idle oldest;
        while ((oldest = idle.peekLast()) != null && isStale(oldest, now)) {
            discard(idle.removeLast().connection);
        }
        if (!inFlight.isEmpty() || !idle.isEmpty()) {
            keepTicking();
        }
    }

    void cutOff() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
            forwarding.failed(new Failure(Failure.Kind.BUSY, "the gate stops"));
        }
    }

    void closeTunnels() {
        for (Forwarding forwarding : List.copyOf(inFlight)) {
            forwarding.closeTunnel();
        }
    }
}
