package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.http.BufferPool;
import dev.ipgate.http.ClientLimits;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Http1Server;
import dev.ipgate.http.HttpService;
import dev.ipgate.http2.Http2Server;
import dev.ipgate.net.IpAddress;
import dev.ipgate.tls.TlsLink;
import dev.ipgate.tls.TlsPeer;
import dev.ipgate.tls.TlsResources;
import dev.ipgate.tls.TlsServer;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The sockets that listen. Undertow's builder would fix them once and for all; ours come and go with a reload, which tells
 * them apart by their address, port 0 included.
 */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int BACKLOG = 511; // nginx's
    private static final Duration PROXY_HEADER_PATIENCE = Duration.ofSeconds(5);
    private static final int POOLED_RECORDS = 256;

    /** What may be held of handshakes and records that are not complete, as a part of the heap. */
    private static final int PART_OF_HEAP = 8;

    private static final OptionMap SOCKET_OPTIONS = OptionMap.builder()
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.TCP_NODELAY, true)
            .set(Options.BACKLOG, BACKLOG)
            .getMap();

    private final XnioWorker worker;
    private final ClientConnections connections;
    private final Predicate<IpAddress> trusted;
    private final HttpService service;
    private final Http1Server http;
    private final Http2Server http2;
    private final ProxyHeaders proxyHeaders;
    private final Occasional troubles = new Occasional(LOG);
    private final TlsResources resources = new TlsResources(
            BufferPool.forTls(TlsLink.RECORD_BYTES, POOLED_RECORDS),
            Runtime.getRuntime().maxMemory()
                    / PART_OF_HEAP
                    / Runtime.getRuntime().availableProcessors());
    private final Occasional insecure = new Occasional(LOG);
    private final LongAdder handshakeFailures = new LongAdder();
    private final Occasional crowded = new Occasional(LOG);
    private final LongAdder crowdedOut = new LongAdder();
    private volatile Duration handshakePatience;
    private volatile Map<InetSocketAddress, Listener> open = Map.of(); // in the order of the conf file

    /** A bound socket. */
    private final class Listener {
        private final Endpoint endpoint; // of the present conf file, or the last that had it
        private final AcceptingChannel<StreamConnection> channel;

        Listener(ListenSettings settings) throws IOException {
            endpoint = new Endpoint(settings, resources);
            channel = worker.createStreamConnectionServer(
                    settings.address(), acceptor -> accept(acceptor, this), SOCKET_OPTIONS);
        }

        ListenSettings settings() {
            return endpoint.settings();
        }

        String name() {
            return settings().text();
        }
    }

    /** @param trusted who may say, in whatever header, who its clients are */
    Listeners(
            XnioWorker worker,
            ByteBufferPool buffers,
            LimitSettings limits,
            ClientConnections connections,
            Predicate<IpAddress> trusted,
            HttpHandler gateway) {
        this.worker = worker;
        this.connections = connections;
        this.trusted = trusted;
        this.handshakePatience = limits.requestHeadTimeout();
        this.proxyHeaders = new ProxyHeaders(trusted, PROXY_HEADER_PATIENCE);
        this.service = new HttpService(buffers, gateway, limits(limits));
        this.http = new Http1Server(service);
        this.http2 = new Http2Server(service);
    }

    /** New limits, for the connections that are open as well. */
    void setLimits(LimitSettings limits) {
        service.setLimits(limits(limits));
        handshakePatience = limits.requestHeadTimeout();
    }

    private static ClientLimits limits(LimitSettings limits) {
        // a head up to twice as large as its fields may be is read, for the answer to say whose it is and what is wrong
        return new ClientLimits(2 * limits.headerBytes(), limits.requestHeadTimeout(), limits.idleTimeout());
    }

    /** Sockets that are bound and do not accept yet, so that a reload can still take them back. */
    final class Change {
        private final Map<InetSocketAddress, Listener> before = open;
        private final Map<InetSocketAddress, Listener> wanted = new LinkedHashMap<>();
        private final Map<Listener, ListenSettings> settings = new HashMap<>(); // of those that stay

        /** Names of what is listened on anew. */
        List<String> added() {
            return names(wanted, before);
        }

        /** Names of what is listened on no more. */
        List<String> removed() {
            return names(before, wanted);
        }

        /** Starts the new listeners and closes those that are gone. */
        void commit() {
            open = wanted;
            settings.forEach((listener, next) -> listener.endpoint.use(next));
            without(wanted, before).forEach(listener -> listener.channel.resumeAccepts());
            without(before, wanted).forEach(listener -> IoUtils.safeClose(listener.channel));
        }

        /** Closes what was bound. */
        void rollBack() {
            without(wanted, before).forEach(listener -> IoUtils.safeClose(listener.channel));
        }
    }

    /**
     * Binds what is new among the wanted.
     *
     * @throws CannotListenException if an address cannot be bound; nothing has changed then
     */
    Change prepare(List<ListenSettings> wanted) {
        Change change = new Change();
        for (ListenSettings listen : wanted) {
            if (change.wanted.containsKey(listen.address())) {
                continue; // port 0 may be there twice
            }
            try {
                Listener known = open.get(listen.address());
                change.wanted.put(listen.address(), known == null ? new Listener(listen) : known);
                if (known != null) {
                    change.settings.put(known, listen);
                }
            } catch (IOException e) {
                change.rollBack();
                throw new CannotListenException(listen, e);
            }
        }
        return change;
    }

    private static List<String> names(Map<InetSocketAddress, Listener> some, Map<InetSocketAddress, Listener> others) {
        return without(some, others).stream().map(Listener::name).toList();
    }

    private static List<Listener> without(
            Map<InetSocketAddress, Listener> some, Map<InetSocketAddress, Listener> others) {
        return some.entrySet().stream()
                .filter(entry -> !others.containsKey(entry.getKey()))
                .map(Map.Entry::getValue)
                .toList();
    }

    private void accept(AcceptingChannel<StreamConnection> channel, Listener listener) {
        try {
            StreamConnection connection;
            while ((connection = channel.accept()) != null) {
                admit(connection, listener);
            }
        } catch (ClosedChannelException e) {
            LOG.debug("closed while it accepted", e);
        } catch (IOException e) {
            troubles.warn("a connection could not be accepted: " + e.getMessage());
        }
    }

    private void admit(StreamConnection connection, Listener listener) {
        InetSocketAddress address = connection.getPeerAddress(InetSocketAddress.class);
        if (address == null || address.getAddress() == null) { // it has gone already
            IoUtils.safeClose(connection);
            return;
        }
        IpAddress peer = IpAddress.of(address.getAddress());
        connections.admit(connection, () -> greet(connection, listener, peer));
    }

    private void greet(StreamConnection connection, Listener listener, IpAddress peer) {
        ProxyHeaders.Next next = (accepted, direct, early) -> serve(accepted, listener, direct, early);
        if (listener.settings().proxyProtocol()) {
            proxyHeaders.read(connection, peer, next);
        } else {
            next.accept(connection, ClientAddress.direct(peer), null);
        }
    }

    /** A trusted proxy has many clients, so its connections are not limited as one client's are. */
    private void serve(
            StreamConnection connection, Listener listener, ClientAddress direct, @Nullable ByteBuffer early) {
        ClientLink link = new ClientLink(direct, listener::settings);
        boolean limited = !trusted.test(direct.peer());
        connections.enter(connection, link, limited, () -> begin(connection, listener, link, early));
    }

    private void begin(StreamConnection connection, Listener listener, ClientLink link, @Nullable ByteBuffer early) {
        TlsServer tls = listener.endpoint.tls();
        if (tls == null) {
            http.serve(connection, link, "http", early, listener.settings().http2() ? http2 : null);
        } else {
            tls.accept(connection, early, handshakePatience, new Handshake(link));
        }
    }

    /** Goes on when TLS is in place. */
    private final class Handshake implements TlsServer.Handoff {
        private final ClientLink link;

        Handshake(ClientLink link) {
            this.link = link;
        }

        @Override
        public void secured(StreamConnection connection, TlsPeer peer) {
            link.secure(peer);
            if (peer.protocol().equals(Endpoint.HTTP2)) {
                http2.serve(connection, link, "https");
            } else {
                http.serve(connection, link, "https", null);
            }
        }

        @Override
        public void failed(StreamConnection connection, String reason) {
            handshakeFailures.increment();
            insecure.warn("the TLS handshake with " + link.direct().peer() + " failed: " + reason);
        }

        @Override
        public void crowdedOut(StreamConnection connection) {
            crowdedOut.increment();
            crowded.warn(
                    "a connection from " + link.direct().peer() + " was closed: of all it has waited longest in the"
                            + " middle of a TLS record, and the memory for those is used up");
        }
    }

    /** What went wrong with requests before they were any. */
    HttpService service() {
        return service;
    }

    /** Connections with TLS in place that were closed for the memory which they had kept longest, since the start. */
    long crowdedOut() {
        return crowdedOut.sum();
    }

    /** Handshakes that were begun and came to nothing, since the start. */
    long handshakeFailures() {
        return handshakeFailures.sum();
    }

    /** What becomes of the connections of each listener, in the order of the conf file. */
    List<Endpoint> endpoints() {
        return open.values().stream().map(listener -> listener.endpoint).toList();
    }

    /** Connections that were closed for want of a PROXY header from a trusted proxy, since the start. */
    long proxyHeadersRefused() {
        return proxyHeaders.refused();
    }

    /** What is bound, in the order of the conf file. */
    List<InetSocketAddress> addresses() {
        return open.values().stream()
                .map(listener -> listener.channel.getLocalAddress(InetSocketAddress.class))
                .toList();
    }

    void close() {
        open.values().forEach(listener -> IoUtils.safeClose(listener.channel));
        open = Map.of();
        proxyHeaders.close();
    }
}
