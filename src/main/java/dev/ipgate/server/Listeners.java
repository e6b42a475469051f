package dev.ipgate.server;

import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.ListenSettings;
import io.undertow.UndertowOptions;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import io.undertow.server.protocol.http.HttpOpenListener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.XnioWorker;
import org.xnio.channels.AcceptingChannel;

/**
 * The sockets that listen. Undertow's builder would fix them once and for all; ours come and go with a reload, named by
 * what the conf file says.
 */
final class Listeners {

    private static final Logger LOG = LoggerFactory.getLogger(Listeners.class);
    private static final int BACKLOG = 511; // nginx's
    private static final OptionMap SOCKET_OPTIONS = OptionMap.builder()
            .set(Options.REUSE_ADDRESSES, true)
            .set(Options.TCP_NODELAY, true)
            .set(Options.BACKLOG, BACKLOG)
            .getMap();

    private final XnioWorker worker;
    private final ClientConnections connections;
    private final HttpOpenListener http;
    private final Occasional full = new Occasional(LOG);
    private final Map<String, AcceptingChannel<StreamConnection>> open = new LinkedHashMap<>();

    Listeners(
            XnioWorker worker,
            ByteBufferPool buffers,
            LimitSettings limits,
            ClientConnections connections,
            HttpHandler gateway) {
        this.worker = worker;
        this.connections = connections;
        this.http = new HttpOpenListener(buffers, options(limits));
        http.setRootHandler(gateway);
    }

    /** New limits, for connections that are opened from now on. */
    void setLimits(LimitSettings limits) {
        http.setUndertowOptions(options(limits));
    }

    private static OptionMap options(LimitSettings limits) {
        return OptionMap.builder()
                .set(UndertowOptions.MAX_ENTITY_SIZE, -1L)
                .set(UndertowOptions.MULTIPART_MAX_ENTITY_SIZE, -1L)
                // over it, the parser answers a bare 400; between once and twice we answer 431 with a page
                .set(UndertowOptions.MAX_HEADER_SIZE, 2 * limits.headerBytes())
                .set(UndertowOptions.MAX_HEADERS, 1000)
                .set(UndertowOptions.MAX_PARAMETERS, limits.headerBytes())
                .set(UndertowOptions.DECODE_URL, false)
                .set(UndertowOptions.REQUEST_PARSE_TIMEOUT, (int)
                        limits.requestHeadTimeout().toMillis())
                .set(UndertowOptions.NO_REQUEST_TIMEOUT, (int)
                        limits.idleTimeout().toMillis())
                .set(UndertowOptions.ALWAYS_SET_KEEP_ALIVE, false)
                .set(UndertowOptions.ENABLE_HTTP2, false)
                .getMap();
    }

    /** Sockets that are bound and do not accept yet, so that a reload can still take them back. */
    final class Change {
        private final Map<String, AcceptingChannel<StreamConnection>> added = new LinkedHashMap<>();
        private final List<String> removed = new ArrayList<>();

        List<String> added() {
            return List.copyOf(added.keySet());
        }

        List<String> removed() {
            return List.copyOf(removed);
        }

        /** Starts the new listeners and closes those that are gone. */
        void commit() {
            for (String name : removed) {
                IoUtils.safeClose(open.remove(name));
            }
            open.putAll(added);
            added.values().forEach(AcceptingChannel::resumeAccepts);
        }

        void rollBack() {
            added.values().forEach(IoUtils::safeClose);
        }
    }

    /**
     * Binds what is new among the wanted.
     *
     * @throws CannotListenException if an address cannot be bound; nothing has changed then
     */
    Change prepare(List<ListenSettings> wanted) {
        Change change = new Change();
        for (String name : open.keySet()) {
            if (wanted.stream().noneMatch(listen -> listen.text().equals(name))) {
                change.removed.add(name);
            }
        }
        for (ListenSettings listen : wanted) {
            if (open.containsKey(listen.text())) {
                continue;
            }
            try {
                change.added.put(listen.text(), bind(listen.address()));
            } catch (IOException e) {
                change.rollBack();
                throw new CannotListenException(listen, e);
            }
        }
        return change;
    }

    private AcceptingChannel<StreamConnection> bind(InetSocketAddress address) throws IOException {
        return worker.createStreamConnectionServer(address, this::accept, SOCKET_OPTIONS);
    }

    private void accept(AcceptingChannel<StreamConnection> channel) {
        try {
            StreamConnection connection;
            while ((connection = channel.accept()) != null) {
                ChannelListener<StreamConnection> next = http;
                if (!connections.admit(connection, next)) {
                    full.warn("a connection was closed: there are " + connections.count()
                            + " already (limits.connections)");
                }
            }
        } catch (IOException e) {
            full.warn("a connection could not be accepted: " + e.getMessage());
        }
    }

    /** What is bound, in the order of the conf file. */
    List<InetSocketAddress> addresses() {
        return open.values().stream()
                .map(channel -> channel.getLocalAddress(InetSocketAddress.class))
                .toList();
    }

    void close() {
        open.values().forEach(IoUtils::safeClose);
        open.clear();
    }
}
