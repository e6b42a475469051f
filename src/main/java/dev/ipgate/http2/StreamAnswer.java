package dev.ipgate.http2;

import dev.ipgate.http.BodySink;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request: the head, made of the exchange's status and headers when the first bytes go out, then the body
 * in frames, as far as the client's windows and the connection let it.
 */
final class StreamAnswer implements BodySink {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;
    private static final int SMALL = 256; // bytes; a client that wants such pieces of larger ones gains nothing

    private final Http2Stream stream;
    private final Sending sending;
    private final HttpServerExchange exchange;
    private long window; // bytes that the client takes
    private boolean begun;
    private boolean bodiless;
    private long remaining = -1; // of a body with a length
    private boolean ended;
    private @Nullable Runnable listener;
    private boolean resumed;
    private long stalledAt; // on the nanosecond clock; 0 if it is not
    private boolean closed;

    StreamAnswer(Http2Stream stream, Sending sending, HttpServerExchange exchange, long window) {
        this.stream = stream;
        this.sending = sending;
        this.exchange = exchange;
        this.window = window;
    }

    // ---- windows ----------------------------------------------------------------------------------------------------

    /**
     * The client takes so many bytes more, or fewer.
     *
     * @return false if that is more than the protocol can count
     */
    boolean widen(long bytes) {
        window += bytes;
        return window <= Integer.MAX_VALUE;
    }

    /** Tells the writer that there may be room. */
    void wake() {
        if (resumed && listener != null) {
            listener.run();
        }
    }

    /** Whether a body has been waiting for the client since then, on the nanosecond clock, or longer. */
    boolean isStalledSince(long then) {
        return stalledAt != 0 && stalledAt - then <= 0;
    }

    /** The stream is closed. */
    void close() {
        closed = true;
        listener = null;
    }

    boolean hasEnded() {
        return ended;
    }

    // ---- the answer -------------------------------------------------------------------------------------------------

    /** RFC 9110 section 15.2. */
    void interim(int status, HeaderMap headers) throws IOException {
        requireOpen();
        sending.headers(stream.id(), sending.encoder().status(status).fields(headers), false);
    }

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        requireOpen();
        if (!begun) {
            begin(last && !buffer.hasRemaining());
        }
        if (bodiless) {
            buffer.position(buffer.limit());
        }
        while (buffer.hasRemaining()) {
            int size = (int)
                    Math.min(Math.min(buffer.remaining(), FrameType.LARGEST), Math.min(window, sending.bodyRoom()));
            if (size <= 0) {
                if (stalledAt == 0) {
                    stalledAt = System.nanoTime();
                }
                if (window > 0) {
                    sending.awaitRoom(stream);
                }
                return false;
            }
            send(buffer, size, last);
        }
        return true;
    }

    private void send(ByteBuffer buffer, int size, boolean last) throws IOException {
        if (remaining >= 0) {
            remaining -= size;
            if (remaining < 0) {
                throw new IOException("an answer is longer than it said");
            }
        }
        stalledAt = 0;
        window -= size;
        boolean whole = size == buffer.remaining();
        boolean end = last && whole && trailers() == null && remaining <= 0;
        ended |= end;
        sending.data(stream.id(), buffer, size, end, whole || size >= SMALL);
        Connectors.updateResponseBytesSent(exchange, size);
    }

    private void begin(boolean empty) {
        begun = true;
        HeaderMap headers = exchange.getResponseHeaders();
        int status = exchange.getStatusCode();
        if (status < 200 || status == NO_CONTENT) {
            headers.remove(Headers.CONTENT_LENGTH);
        }
        bodiless = status < 200
                || status == NO_CONTENT
                || status == NOT_MODIFIED
                || exchange.getRequestMethod().equals(Methods.HEAD);
        String length = headers.getFirst(Headers.CONTENT_LENGTH);
        if (length != null && !bodiless) {
            remaining = Long.parseLong(length);
        }
        HpackEncoder block = sending.encoder().status(status).fields(headers);
        if (!headers.contains(Headers.DATE)) {
            block.field(Headers.DATE, sending.date()); // RFC 9110 section 6.6.1
        }
        ended = bodiless || (empty && trailers() == null && remaining <= 0);
        sending.headers(stream.id(), block, ended);
    }

    /** What was taken is sent within this turn of the IO thread. */
    @Override
    public boolean flush() throws IOException {
        requireOpen();
        if (!begun) {
            begin(false);
        }
        return true;
    }

    @Override
    public boolean finish() throws IOException {
        requireOpen();
        if (!begun) {
            begin(true);
        }
        if (!ended) {
            if (remaining > 0) {
                throw new EOFException("an answer is shorter than it said");
            }
            ended = true;
            HeaderMap trailers = trailers();
            if (trailers == null) {
                sending.data(stream.id(), NOTHING, 0, true, true);
            } else {
                sending.headers(stream.id(), sending.encoder().fields(trailers), true);
            }
        }
        stream.answered();
        return true;
    }

    private @Nullable HeaderMap trailers() {
        return exchange.getAttachment(HttpAttachments.RESPONSE_TRAILERS);
    }

    private void requireOpen() throws EOFException {
        if (closed) {
            throw new EOFException("the stream is closed");
        }
    }

    // ---- waiting ----------------------------------------------------------------------------------------------------

    @Override
    public void resume() {
        resumed = true; // there is no room only until the connection or the client's window has some, which will tell
    }

    @Override
    public void suspend() {
        resumed = false;
    }

    @Override
    public void onWritable(@Nullable Runnable next) {
        listener = next;
    }
}
