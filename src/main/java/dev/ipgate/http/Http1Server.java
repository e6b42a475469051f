package dev.ipgate.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Speaks HTTP/1.1 and HTTP/1.0 with clients, and hands every request to one handler. */
public final class Http1Server {

    private final HttpService service;

    public Http1Server(HttpService service) {
        this.service = service;
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
        new Http1Connection(service, service.context(channel), channel, link, scheme, http2).start(early);
    }
}
