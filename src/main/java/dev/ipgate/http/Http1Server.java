package dev.ipgate.http;

import io.undertow.server.HttpHandler;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Speaks HTTP/1.1 and HTTP/1.0 with clients, and hands every request to one handler. */
public final class Http1Server {

    private final HttpHandler handler;
    private final IoContexts contexts;
    private final LongAdder headTimeouts = new LongAdder();
    private volatile Http1Limits limits;

    /**
     * Makes a server without connections.
     *
     * @param handler called on the connection's IO thread; ends each exchange by an answer, at once or later
     */
    public Http1Server(IoContexts contexts, HttpHandler handler, Http1Limits limits) {
        this.contexts = contexts;
        this.handler = handler;
        this.limits = limits;
    }

    /** New limits, for connections that are open already as well. */
    public void setLimits(Http1Limits next) {
        limits = next;
    }

    Http1Limits limits() {
        return limits;
    }

    HttpHandler handler() {
        return handler;
    }

    /** Heads that did not arrive in time, since the start. */
    public long headTimeouts() {
        return headTimeouts.sum();
    }

    void countHeadTimeout() {
        headTimeouts.increment();
    }

    /**
     * Takes over a connection that was just opened. Called on its IO thread.
     *
     * @param scheme http, or https where the connection decrypts
     * @param early what was read of it already, or null; the server's from now on
     */
    public void serve(StreamConnection channel, ClientLink link, String scheme, @Nullable ByteBuffer early) {
        serve(channel, link, scheme, early, null);
    }

    /**
     * The same, on a connection where the client may speak HTTP/2 without having asked.
     *
     * @param http2 takes over if it does (RFC 9113 section 3.3), or null
     */
    public void serve(
            StreamConnection channel,
            ClientLink link,
            String scheme,
            @Nullable ByteBuffer early,
            @Nullable PriorKnowledge http2) {
        new Http1Connection(this, contexts.of(channel.getIoThread()), channel, link, scheme, http2).start(early);
    }
}
