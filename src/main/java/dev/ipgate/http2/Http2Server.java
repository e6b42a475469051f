package dev.ipgate.http2;

import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Http1Limits;
import dev.ipgate.http.IoContexts;
import dev.ipgate.http.PriorKnowledge;
import io.undertow.server.HttpHandler;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** Speaks HTTP/2 with clients, and hands every request to one handler. */
public final class Http2Server implements PriorKnowledge {

    private final IoContexts contexts;
    private final HttpHandler handler;
    private final Map<XnioIoThread, Http2Context> ours = new ConcurrentHashMap<>();
    private final LongAdder headTimeouts = new LongAdder();
    private volatile Http1Limits limits;

    /**
     * Makes a server without connections.
     *
     * @param handler called on the connection's IO thread; ends each exchange by an answer, at once or later
     */
    public Http2Server(IoContexts contexts, HttpHandler handler, Http1Limits limits) {
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
     * Takes over a connection that was just opened, and on which the client has asked for HTTP/2. Called on its IO thread.
     *
     * @param scheme http, or https where the connection decrypts
     */
    public void serve(StreamConnection channel, ClientLink link, String scheme) {
        new Http2Connection(this, context(channel), channel, link, scheme, 0).start(null);
    }

    @Override
    public void takeOver(StreamConnection channel, ClientLink link, String scheme, @Nullable ByteBuffer early) {
        new Http2Connection(this, context(channel), channel, link, scheme, FrameInput.PREFACE_HEAD).start(early);
    }

    private Http2Context context(StreamConnection channel) {
        XnioIoThread thread = channel.getIoThread();
        return ours.computeIfAbsent(thread, first -> new Http2Context(contexts.of(first)));
    }
}
