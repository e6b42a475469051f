package dev.ipgate.http2;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.BodySource;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.ClientRequest;
import dev.ipgate.http.HeaderLines;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** One stream: a request and its answer (RFC 9113 section 5.1). To an exchange it is the connection. */
final class Http2Stream extends UndertowStream implements ClientRequest {

    private final int id;
    private final Http2Connection connection;
    private final Streams streams;
    private final RequestHead head;
    private final HttpServerExchange exchange;
    private final StreamAnswer answer;
    private final @Nullable StreamBody body;
    private @Nullable Runnable gone;
    private boolean closed;

    /** Makes a stream of a head; the client has closed its side if that is all of the request. */
    Http2Stream(int id, Http2Connection connection, Streams streams, RequestFields fields, boolean whole, int window) {
        super(connection.channel(), connection.buffers());
        this.id = id;
        this.connection = connection;
        this.streams = streams;
        head = RequestHead.of(fields, this, connection.scheme(), whole);
        exchange = head.exchange();
        answer = new StreamAnswer(this, streams.sending(), exchange, window);
        body = whole ? null : new StreamBody(this, streams.sending(), connection.buffers(), head.length());
        if (whole) {
            Connectors.terminateRequest(exchange);
        }
    }

    int id() {
        return id;
    }

    HttpServerExchange exchange() {
        return exchange;
    }

    @Override
    public ClientLink link() {
        return connection.link();
    }

    @Override
    public String target() {
        return head.target();
    }

    @Override
    public @Nullable String problem() {
        return head.problem();
    }

    @Override
    public boolean isHeadTooLarge() {
        return head.tooLarge();
    }

    @Override
    public BodySource body(long limit) {
        if (body == null || exchange.isRequestComplete()) {
            return BodySource.EMPTY;
        }
        if (!exchange.getRequestHeaders().contains(Headers.CONTENT_LENGTH)) {
            body.setLimit(limit);
        }
        return body;
    }

    @Override
    public BodySink answer() {
        return answer;
    }

    /** HTTP/2 has no reason phrases. */
    @Override
    public void setReason(String reason) {}

    @Override
    public void add(HeaderLines lines) {
        lines.putTo(exchange.getResponseHeaders());
    }

    @Override
    public void interim(int status, String reason, HeaderMap headers) throws IOException {
        answer.interim(status, headers);
    }

    @Override
    public void onClientGone(Runnable told) {
        onClientGoneUnread(told);
    }

    @Override
    public void onClientGoneUnread(@Nullable Runnable told) {
        if (closed && told != null) {
            told.run();
        } else {
            gone = told;
        }
    }

    // ---- what the client sends --------------------------------------------------------------------------------------

    /** Whether the client has said all. */
    boolean isRequestReceived() {
        return body == null || body.hasEnded();
    }

    /** A frame of the body begins; false if the client may not send so much. */
    boolean takeWindow(int bytes) {
        return body != null && body.takeWindow(bytes);
    }

    void data(ByteBuffer bytes) {
        try {
            if (body != null && !body.add(bytes)) {
                streams.reset(this, ErrorCode.INTERNAL_ERROR, new IOException("there is no memory for its body"));
            }
        } catch (MalformedMessageException e) {
            malformed(e);
        }
    }

    /** Bytes of a frame that are no body. */
    void padding(int bytes) {
        if (body != null) {
            body.skip(bytes);
        }
    }

    /** All has been sent, with trailers or without. */
    void endOfRequest(@Nullable HeaderMap trailers) {
        if (body == null) {
            return;
        }
        if (trailers != null) {
            exchange.putAttachment(HttpAttachments.REQUEST_TRAILERS, trailers);
        }
        try {
            body.end();
        } catch (MalformedMessageException e) {
            malformed(e);
        }
    }

    private void malformed(MalformedMessageException why) {
        streams.reset(this, ErrorCode.PROTOCOL_ERROR, why);
    }

    /** Tells whoever reads the body. */
    void tellReader() {
        if (body != null && !closed) {
            body.tell();
        }
    }

    /** The body has been read to its end. */
    void bodyRead() {
        if (!exchange.isRequestComplete()) {
            Connectors.terminateRequest(exchange);
        }
    }

    void windowUpdate(int increment) {
        if (!closed) {
            streams.sending().windowUpdate(id, increment);
        }
    }

    void later(Runnable task) {
        connection.later(task);
    }

    // ---- what the client takes --------------------------------------------------------------------------------------

    /** The client takes so many bytes more, or fewer; false if that is more than the protocol can count. */
    boolean widen(long bytes) {
        return answer.widen(bytes);
    }

    void wakeWriter() {
        answer.wake();
    }

    /** The answer has been handed to the connection, to its end. */
    void answered() {
        if (!exchange.isResponseComplete()) {
            Connectors.terminateResponse(exchange);
        }
    }

    boolean isStalledSince(long then) {
        return answer.isStalledSince(then);
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Override
    protected void exchangeComplete(HttpServerExchange completed) {
        if (!closed) {
            streams.completed(this, head.problem() != null);
        }
    }

    /** The answer is complete, and the client still sends: only this stream ends. */
    @Override
    public void linger() {
        if (!closed) {
            streams.reset(
                    this,
                    head.problem() == null ? ErrorCode.NO_ERROR : ErrorCode.PROTOCOL_ERROR,
                    StreamBody.brokenOff());
        }
    }

    /** Breaks the answer off, for the client to see that. */
    @Override
    public void close() {
        if (!closed) {
            streams.reset(this, ErrorCode.INTERNAL_ERROR, StreamBody.brokenOff());
        }
    }

    @Override
    public boolean isOpen() {
        return !closed;
    }

    boolean isClosed() {
        return closed;
    }

    boolean hasAnswered() {
        return answer.hasEnded();
    }

    /** No frame goes out any more, and none that comes in matters. Called by the connection alone. */
    void closed(IOException why) {
        closed = true;
        answer.close();
        if (body != null) {
            streams.sending().refund(body.fail(why));
        }
    }

    /** Tells everybody who waits for this request that it is closed. */
    void tellGone() {
        Runnable told = gone;
        gone = null;
        if (told != null) {
            told.run();
        }
        if (body != null) {
            body.tell();
        }
        if (!exchange.isRequestComplete()) {
            Connectors.terminateRequest(exchange);
        }
        if (!exchange.isResponseComplete()) {
            Connectors.terminateResponse(exchange);
        }
    }
}
