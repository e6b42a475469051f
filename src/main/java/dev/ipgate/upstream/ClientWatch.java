package dev.ipgate.upstream;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpServerConnection;
import java.io.IOException;
import org.xnio.ChannelListener;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Notices that a client went away while its answer is not complete. nginx does the same, and like nginx takes the end of
 * what the client sends for the end of its interest.
 */
final class ClientWatch implements ChannelListener<ConduitStreamSourceChannel> {

    /*
     * The request is complete, so what can still come is the next request, or the end. Undertow has switched reads off
     * and will switch them on again after the answer; switching them on now, in the same turn of the event loop, costs
     * nothing and saves the two system calls that both would cause.
     */

    private final HttpServerConnection connection;
    private final Runnable gone;

    private ClientWatch(HttpServerConnection connection, Runnable gone) {
        this.connection = connection;
        this.gone = gone;
    }

    /** Watches until the exchange is complete. Does nothing where the next request has arrived already. */
    static void start(HttpServerExchange exchange, Runnable gone) {
        if (exchange.getConnection() instanceof HttpServerConnection connection
                && connection.getSslSession() == null
                && connection.getExtraBytes() == null
                && exchange.isRequestComplete()) {
            connection.getChannel().getSourceChannel().setReadListener(new ClientWatch(connection, gone));
            connection.getOriginalSourceConduit().resumeReads();
        }
    }

    /** Ends a watch before the exchange is complete. */
    static void stop(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof HttpServerConnection connection) {
            connection.getChannel().getSourceChannel().setReadListener(null);
            connection.getOriginalSourceConduit().suspendReads();
        }
    }

    @Override
    public void handleEvent(ConduitStreamSourceChannel channel) {
        PooledByteBuffer pooled = connection.getByteBufferPool().allocate();
        int read;
        try {
            read = connection.getOriginalSourceConduit().read(pooled.getBuffer());
        } catch (IOException e) {
            read = -1;
        }
        if (read > 0) { // the next request, which has to wait
            pooled.getBuffer().flip();
            connection.getOriginalSourceConduit().suspendReads();
            channel.setReadListener(null);
            connection.ungetRequestBytes(pooled);
            return;
        }
        pooled.close();
        if (read < 0) {
            connection.getOriginalSourceConduit().suspendReads();
            channel.setReadListener(null);
            gone.run();
        }
    }
}
