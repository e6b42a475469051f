package dev.ipgate.server;

import dev.ipgate.config.AdminSettings;
import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.ListenSettings;
import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioWorker;

/** Where the operator looks at the gate: a listener with connections of its own, so that it answers when the gate is full. */
final class AdminListener {

    private static final int CONNECTIONS = 64;

    private final ClientConnections connections;
    private final Listeners listeners;

    /** @param threads IO threads of the worker */
    AdminListener(XnioWorker worker, int threads, ByteBufferPool buffers, LimitSettings limits, HttpHandler handler) {
        connections = new ClientConnections(threads, limits(limits));
        listeners = new Listeners(worker, buffers, limits, connections, peer -> false, handler);
    }

    private static LimitSettings limits(LimitSettings limits) {
        return new LimitSettings(
                limits.requestBody(),
                limits.headerBytes(),
                limits.requestHeadTimeout(),
                limits.idleTimeout(),
                limits.streamIdleTimeout(),
                CONNECTIONS,
                CONNECTIONS,
                limits.spool());
    }

    void setLimits(LimitSettings limits) {
        listeners.setLimits(limits);
    }

    /**
     * Binds what is wanted, if it is not bound already.
     *
     * @throws CannotListenException if the address cannot be bound; nothing has changed then
     */
    Listeners.Change prepare(@Nullable AdminSettings wanted) {
        List<ListenSettings> listen = wanted == null ? List.of() : List.of(wanted.listen());
        return listeners.prepare(listen);
    }

    List<Endpoint> endpoints() {
        return listeners.endpoints();
    }

    /** Where it listens; null if it does not. */
    @Nullable
    InetSocketAddress address() {
        List<InetSocketAddress> addresses = listeners.addresses();
        return addresses.isEmpty() ? null : addresses.get(0);
    }

    /** Takes no more. */
    void close() {
        listeners.close();
    }

    /** Cuts whoever is there still. */
    void cutOff() {
        connections.closeAll();
    }
}
