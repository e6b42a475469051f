package dev.ipgate.upstream;

import dev.ipgate.config.AppUrl;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.http.PieceBuffers;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.SameThreadExecutor;
import java.io.Closeable;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * One app behind the gate, or several copies of it: forwards requests to it and streams its answers back. Keeps its
 * connections from one snapshot to the next as long as its settings stay the same. Everything about a request happens on
 * its exchange's IO thread.
 */
public final class Upstream implements Closeable {

    private final UpstreamSettings settings;
    private final PieceBuffers buffers;
    private final Spool spool;
    private final Replicas replicas;
    private final UpstreamCounts counts;
    private final Reachability reachability;
    private final @Nullable TlsClient tls;
    private final Map<XnioIoThread, Lane> lanes = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger queued = new AtomicInteger();
    private volatile boolean closed;

    /**
     * Makes an upstream without connections.
     *
     * @param spool takes the bodies that {@code request_buffering} keeps back; shared by all upstreams
     * @param counts of the app, which may be those of an upstream before this one
     */
    public Upstream(UpstreamSettings settings, PieceBuffers buffers, Spool spool, UpstreamCounts counts) {
        this.settings = settings;
        this.buffers = buffers;
        this.spool = spool;
        this.counts = counts;
        replicas = new Replicas(
                settings.urls().stream()
                        .map(url -> new Replica(url, new AppAddresses(url.host(), url.port())))
                        .toList(),
                Replicas.FIRST_PAUSE,
                Replicas.LONGEST_PAUSE);
        reachability = new Reachability(replicas, counts);
        tls = settings.urls().stream().anyMatch(AppUrl::tls) ? new TlsClient(settings.tls()) : null;
    }

    public UpstreamSettings settings() {
        return settings;
    }

    /**
     * Forwards the request and streams the answer. Called from the root handler, on the exchange's IO thread.
     *
     * @param failures answers where the app did not
     */
    public void forward(HttpServerExchange exchange, AppRequest request, FailureHandler failures) {
        Lane lane = lanes.computeIfAbsent(exchange.getIoThread(), thread -> new Lane(this, thread));
        Forwarding forwarding = new Forwarding(lane, settings, exchange, request, failures);
        exchange.dispatch(SameThreadExecutor.INSTANCE, forwarding);
    }

    /** Closes idle connections, now and when they come back; requests in flight go on. */
    @Override
    public void close() {
        closed = true;
        replicas.close();
        lanes.forEach((thread, lane) -> thread.execute(lane::closeIdle));
    }

    /** Closes upgraded connections, which would else outlast a shutdown. */
    public void closeTunnels() {
        lanes.forEach((thread, lane) -> thread.execute(lane::closeTunnels));
    }

    /** Breaks off what is in flight, tunnels included: what has no answer yet gets one that says so. */
    public void cutOff() {
        lanes.forEach((thread, lane) -> thread.execute(lane::cutOff));
    }

    /** Whether no connection to the app is left, as will be the case some time after it was closed. */
    public boolean isUnused() {
        return connections.get() == 0;
    }

    /** What is counted of its requests. */
    public UpstreamCounts counts() {
        return counts;
    }

    /** What it is doing now. Called on any thread. */
    public UpstreamState state() {
        long now = System.nanoTime();
        return new UpstreamState(
                connections.get(),
                lanes.values().stream().mapToInt(Lane::idle).sum(),
                queued.get(),
                replicas.all().stream()
                        .map(replica -> new UpstreamState.Copy(
                                replica.url().authority(), replica.inFlight(), replica.isSetAside(now)))
                        .toList());
    }

    /** Why no copy of the app can be reached; null if one can. May take two seconds: not for IO threads. */
    public @Nullable String trouble() {
        return reachability.trouble();
    }

    boolean isClosed() {
        return closed;
    }

    PieceBuffers buffers() {
        return buffers;
    }

    Spool spool() {
        return spool;
    }

    Replicas replicas() {
        return replicas;
    }

    /** How https apps are spoken to; only where there is one. */
    TlsClient tls() {
        return Objects.requireNonNull(tls);
    }

    /** A lane waits: an idle connection of another gives its place up. */
    void freeIdle(Lane waiting) {
        for (Lane lane : lanes.values()) {
            if (lane != waiting) {
                lane.thread().execute(lane::freeIdle);
            }
        }
    }

    /** Takes a place in the queue, which is as long as there may be connections; false if it is full. */
    boolean enqueue() {
        return take(queued, settings.maxConnections());
    }

    void dequeue() {
        queued.decrementAndGet();
    }

    /** Takes a place among {@code max_connections}; false if there is none. */
    boolean reserve() {
        return take(connections, settings.maxConnections());
    }

    private static boolean take(AtomicInteger places, int max) {
        int now = places.get();
        while (now < max) {
            if (places.compareAndSet(now, now + 1)) {
                return true;
            }
            now = places.get();
        }
        return false;
    }

    /** Gives a place back, and lets the lanes that wait for one know: all, as one may just have got what it wanted. */
    void unreserve() {
        connections.decrementAndGet();
        for (Lane lane : lanes.values()) {
            if (lane.hasWaiting()) {
                lane.thread().execute(lane::serveWaiting);
            }
        }
    }

    boolean anyLaneWaits() {
        for (Lane lane : lanes.values()) {
            if (lane.hasWaiting()) {
                return true;
            }
        }
        return false;
    }
}
