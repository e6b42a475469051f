package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/** The clients' connections of all listeners: how many there are, and which of them are busy with a request. */
final class ClientConnections {

    /** One connection. Its fields are written on its IO thread and read by a shutdown. */
    static final class Link {
        private final ClientAddress direct;
        private volatile boolean busy;

        Link(ClientAddress direct) {
            this.direct = direct;
        }

        /** The peer, as a client without any proxy; one object for the life of the connection. */
        ClientAddress direct() {
            return direct;
        }

        boolean isBusy() {
            return busy;
        }

        void setBusy(boolean isBusy) {
            busy = isBusy;
        }

        private void closeIfIdle(StreamConnection connection) {
            if (!busy) {
                IoUtils.safeClose(connection);
            }
        }
    }

    private static final AttachmentKey<Link> LINK = AttachmentKey.create(Link.class);

    private final Map<StreamConnection, Link> links = new ConcurrentHashMap<>();
    private final AtomicInteger count = new AtomicInteger();
    private volatile int limit;
    private volatile boolean closing;

    ClientConnections(int limit) {
        this.limit = limit;
    }

    void setLimit(int connections) {
        limit = connections;
    }

    /** Whether each connection is to be closed after its present request. */
    boolean areClosing() {
        return closing;
    }

    int count() {
        return count.get();
    }

    /** Takes a new connection in and hands it on; false if there are too many, and it is closed. */
    boolean admit(StreamConnection connection, ChannelListener<StreamConnection> next) {
        InetSocketAddress peer = connection.getPeerAddress(InetSocketAddress.class);
        if (peer == null || peer.getAddress() == null || count.incrementAndGet() > limit) {
            if (peer != null && peer.getAddress() != null) {
                count.decrementAndGet();
            }
            IoUtils.safeClose(connection);
            return false;
        }
        links.put(connection, new Link(ClientAddress.direct(IpAddress.of(peer.getAddress()))));
        next.handleEvent(connection);
        ChannelListener<? super StreamConnection> undertows = connection.getCloseListener();
        connection.setCloseListener(closed -> {
            forget(connection);
            ChannelListener<? super StreamConnection> listener = undertows;
            if (listener != null) {
                listener.handleEvent(connection);
            }
        });
        if (!connection.isOpen()) { // closed before we listened
            forget(connection);
        }
        return true;
    }

    private void forget(StreamConnection connection) {
        if (links.remove(connection) != null) {
            count.decrementAndGet();
        }
    }

    /** The connection that a request came on. */
    Link of(HttpServerExchange exchange) {
        Link link = exchange.getConnection().getAttachment(LINK);
        if (link == null) {
            link = find(exchange);
            exchange.getConnection().putAttachment(LINK, link);
        }
        return link;
    }

    private Link find(HttpServerExchange exchange) {
        AbstractServerConnection connection = (AbstractServerConnection) exchange.getConnection();
        Link link = links.get(connection.getChannel());
        return link != null
                ? link
                : new Link(ClientAddress.direct(IpAddress.of( // closed meanwhile
                        connection.getPeerAddress(InetSocketAddress.class).getAddress())));
    }

    /** The connections that are busy with a request now. */
    List<Link> busy() {
        return links.values().stream().filter(Link::isBusy).toList();
    }

    /** Closes the connections that wait for a request, and lets the others end with their present request. */
    void startClosing() {
        closing = true;
        links.forEach((connection, link) -> connection.getIoThread().execute(() -> link.closeIfIdle(connection)));
    }

    /** Closes all connections. */
    void closeAll() {
        links.keySet().forEach(connection -> connection.getIoThread().execute(() -> IoUtils.safeClose(connection)));
    }
}
