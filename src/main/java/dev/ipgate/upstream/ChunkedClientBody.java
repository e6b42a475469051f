package dev.ipgate.upstream;

import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.HeaderMap;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * A chunked body of the client's. Undertow's own reader takes garbage for a chunk's size, and would pass a malformed body
 * on as a complete one, its rest as the next request; so this one reads the connection itself, strictly.
 */
final class ChunkedClientBody implements BodySource {

    private final HttpServerExchange exchange;
    private final HttpServerConnection connection;
    private final StreamSourceConduit raw;
    private final ChunkedBody chunks = new ChunkedBody();
    private final long limit;
    private long received;

    /**
     * Makes a body that nobody has read from.
     *
     * @param limit bytes that it may have, or -1
     */
    ChunkedClientBody(HttpServerExchange exchange, HttpServerConnection connection, long limit) {
        this.exchange = exchange;
        this.connection = connection;
        this.limit = limit;
        // what was read behind the head comes first
        raw = new ReadDataStreamSourceConduit(connection.getOriginalSourceConduit(), connection);
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (chunks.isDone()) {
            return -1;
        }
        int start = buffer.position();
        int read = raw.read(buffer);
        if (read < 0) {
            throw new EOFException("the client broke off its body");
        }
        int end = buffer.position();
        buffer.limit(end).position(start);
        chunks.decode(buffer);
        int data = buffer.remaining();
        received += data;
        if (limit >= 0 && received > limit) {
            throw new RequestTooBigException("more than " + limit + " bytes");
        }
        if (chunks.isDone()) {
            giveBack(buffer, end);
            complete();
        }
        buffer.limit(buffer.capacity()).position(start + data);
        return chunks.isDone() && data == 0 ? -1 : data;
    }

    /** What follows the body is the next request. */
    private void giveBack(ByteBuffer buffer, int end) {
        if (chunks.leftover() > 0) {
            PooledByteBuffer next = connection.getByteBufferPool().allocate();
            ByteBuffer bytes = next.getBuffer();
            int from = end - chunks.leftover();
            buffer.limit(end);
            bytes.put(0, buffer, from, chunks.leftover());
            bytes.limit(chunks.leftover());
            connection.ungetRequestBytes(next);
        }
    }

    private void complete() {
        HeaderMap trailers = chunks.trailers();
        if (trailers != null) {
            exchange.putAttachment(HttpAttachments.REQUEST_TRAILERS, trailers);
        }
        suspend();
        Connectors.terminateRequest(exchange);
    }

    @Override
    public boolean isExhausted() {
        return chunks.isDone();
    }

    @Override
    public void resume() {
        connection.getOriginalSourceConduit().resumeReads();
    }

    @Override
    public void suspend() {
        connection.getOriginalSourceConduit().suspendReads();
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        connection.getChannel().getSourceChannel().setReadListener(listener == null ? null : ready -> listener.run());
    }
}
