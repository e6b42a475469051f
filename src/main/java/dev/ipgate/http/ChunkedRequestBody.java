package dev.ipgate.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A chunked body of the client's, freed of its framing. */
final class ChunkedRequestBody implements BodySource {

    private final HttpServerExchange exchange;
    private final BodyBytes bytes;
    private final ChunkedBody chunks = new ChunkedBody();
    private final long limit;
    private long received;

    /**
     * Makes a body that nobody has read from.
     *
     * @param limit bytes that it may have, or -1
     */
    ChunkedRequestBody(HttpServerExchange exchange, BodyBytes bytes, long limit) {
        this.exchange = exchange;
        this.bytes = bytes;
        this.limit = limit;
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        int start = buffer.position();
        int end = buffer.limit();
        while (!chunks.isDone() && buffer.hasRemaining()) {
            int read = bytes.read(buffer);
            if (read < 0) {
                throw new EOFException("the client broke off its body");
            }
            if (read == 0) {
                return 0;
            }
            int data = decode(buffer, start);
            buffer.limit(end).position(start + data);
            if (data > 0) {
                return data;
            } // else there were bytes, but of the framing alone: more may have come with them
        }
        return chunks.isDone() ? -1 : 0;
    }

    /** Leaves the data that was read at the start, and tells how many bytes it has. */
    private int decode(ByteBuffer buffer, int start) throws IOException {
        int end = buffer.position();
        chunks.decode(buffer.limit(end).position(start));
        int data = buffer.remaining();
        received += data;
        if (limit >= 0 && received > limit) {
            throw new RequestTooBigException("more than " + limit + " bytes");
        }
        if (chunks.isDone()) {
            if (chunks.leftover() > 0) {
                bytes.giveBack(buffer.duplicate().limit(end).position(end - chunks.leftover()));
            }
            HeaderMap trailers = chunks.trailers();
            if (trailers != null) {
                exchange.putAttachment(HttpAttachments.REQUEST_TRAILERS, trailers);
            }
            bytes.end();
        }
        return data;
    }

    @Override
    public boolean isExhausted() {
        return chunks.isDone();
    }

    @Override
    public void resume() {
        bytes.resume();
    }

    @Override
    public void suspend() {
        if (!chunks.isDone()) { // else reads are on for another reason
            bytes.suspend();
        }
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        if (!chunks.isDone()) {
            bytes.onReadable(listener);
        }
    }
}
