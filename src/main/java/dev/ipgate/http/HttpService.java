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
    private final LongAdder malformedHeads = new LongAdder();
    private final LongAdder protocolErrors = new LongAdder();
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

    /** A head of HTTP/1 cannot be read. */
    void countMalformedHead() {
        malformedHeads.increment();
    }

    /** Heads of HTTP/1 that could not be read, those that were too large included, since the start. */
    public long malformedHeads() {
        return malformedHeads.sum();
    }

    /** A client broke HTTP/2. */
    public void countProtocolError() {
        protocolErrors.increment();
    }

    /** Connections that were ended because the client broke HTTP/2, since the start. */
    public long protocolErrors() {
        return protocolErrors.sum();
    }

    /** Heads that did not arrive in time, since the start. */
    public long headTimeouts() {
        return headTimeouts.sum();
    }
}
