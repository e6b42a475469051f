package dev.ipgate.http2;

import dev.ipgate.http.ClientLink;
import dev.ipgate.http.HttpService;
import dev.ipgate.http.PriorKnowledge;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** Speaks HTTP/2 with clients, and hands every request to one handler. */
public final class Http2Server implements PriorKnowledge {

    private final HttpService service;
    private final Map<XnioIoThread, Http2Context> contexts = new ConcurrentHashMap<>();

    public Http2Server(HttpService service) {
        this.service = service;
    }

    /**
     * Takes over a connection that was just opened, and on which the client has asked for HTTP/2. Called on its IO thread.
     *
     * @param scheme http, or https where the connection decrypts
     */
    public void serve(StreamConnection channel, ClientLink link, String scheme) {
        new Http2Connection(service, context(channel), channel, link, scheme, 0).start(null);
    }

    @Override
    public void takeOver(StreamConnection channel, ClientLink link, String scheme, @Nullable ByteBuffer early) {
        new Http2Connection(service, context(channel), channel, link, scheme, FrameInput.PREFACE_HEAD).start(early);
    }

    private Http2Context context(StreamConnection channel) {
        return contexts.computeIfAbsent(channel.getIoThread(), first -> new Http2Context(service.context(channel)));
    }
}
