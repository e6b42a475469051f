package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.server.HttpHandler;
import java.util.concurrent.atomic.LongAdder;
import org.xnio.StreamConnection;

/** What is the same for clients of every version of HTTP: who answers their requests, and what they may take. */
public final class HttpService {

    private final HttpHandler handler;
    private final IoContexts contexts;
    private final LongAdder headTimeouts = new LongAdder();
    private volatile ClientLimits limits;

    /**
     * Makes a service without connections.
     *
     * @param handler called on the connection's IO thread; ends each exchange by an answer, at once or later
     */
    public HttpService(ByteBufferPool buffers, HttpHandler handler, ClientLimits limits) {
        this(new IoContexts(buffers), handler, limits);
    }

    HttpService(IoContexts contexts, HttpHandler handler, ClientLimits limits) {
        this.contexts = contexts;
        this.handler = handler;
        this.limits = limits;
    }

    public HttpHandler handler() {
        return handler;
    }

    public ClientLimits limits() {
        return limits;
    }

    /** New limits, for connections that are open already as well. */
    public void setLimits(ClientLimits next) {
        limits = next;
    }

    /** What the connection shares with the others of its IO thread. */
    public IoContext context(StreamConnection channel) {
        return contexts.of(channel.getIoThread());
    }

    /** A head did not arrive in time. */
    public void countHeadTimeout() {
        headTimeouts.increment();
    }

    /** Heads that did not arrive in time, since the start. */
    public long headTimeouts() {
        return headTimeouts.sum();
    }
}
