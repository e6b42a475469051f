package dev.ipgate.server;

import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Http1Connection;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.AttachmentKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/** The clients' connections of all listeners: how many there are, and which of them are busy with a request. */
final class ClientConnections {

    private static final AttachmentKey<ClientLink> LINK = AttachmentKey.create(ClientLink.class);

    private final Map<StreamConnection, ClientLink> links = new ConcurrentHashMap<>();
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

    /** Takes a new connection in; false if there are too many. It counts until it is closed. */
    boolean admit(StreamConnection connection) {
        if (count.incrementAndGet() > limit) {
            count.decrementAndGet();
            return false;
        }
        connection.setCloseListener(closed -> forget(connection));
        return true;
    }

    /** Remembers what is known of a connection that was taken in. */
    void enter(StreamConnection connection, ClientLink link) {
        links.put(connection, link);
    }

    private void forget(StreamConnection connection) {
        links.remove(connection);
        count.decrementAndGet();
    }

    /** The connection that a request came on. */
    ClientLink of(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            return client.link();
        }
        ClientLink link = exchange.getConnection().getAttachment(LINK);
        if (link == null) {
            link = links.get(((AbstractServerConnection) exchange.getConnection()).getChannel());
            if (link == null) {
                throw new IllegalStateException("the connection is closed, or was never taken in");
            }
            exchange.getConnection().putAttachment(LINK, link);
        }
        return link;
    }

    /** The connections that are busy with a request now. */
    List<ClientLink> busy() {
        return links.values().stream().filter(ClientLink::isBusy).toList();
    }

    /** Closes the connections that wait for a request, and lets the others end with their present request. */
    void startClosing() {
        closing = true;
        links.forEach((connection, link) -> connection.getIoThread().execute(() -> closeIfIdle(connection, link)));
    }

    private static void closeIfIdle(StreamConnection connection, ClientLink link) {
        if (!link.isBusy()) {
            IoUtils.safeClose(connection);
        }
    }

    /** Closes all connections. */
    void closeAll() {
        links.keySet().forEach(connection -> connection.getIoThread().execute(() -> IoUtils.safeClose(connection)));
    }
}
