package dev.ipgate.upstream;

import dev.ipgate.http.BodySource;
import dev.ipgate.http.ChunkedBody;
import dev.ipgate.http.MalformedMessageException;
import dev.ipgate.upstream.AnswerFraming.Kind;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.util.HeaderMap;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The body of the app's answer, freed of its framing. */
final class AppBody implements BodySource {

    private final AppConnection connection;
    private final Kind kind;
    private final ChunkedBody chunks = new ChunkedBody();
    private final Consumer<HeaderMap> trailers;
    private @Nullable PooledByteBuffer first; // what came together with the head
    private long remaining;
    private boolean ended;
    private boolean clean = true;

    /**
     * Makes a body.
     *
     * @param first what was read behind the head; freed here
     * @param trailers gets the trailers, if there are any, before the end is reported
     */
    AppBody(
            AppConnection connection,
            AnswerFraming framing,
            @Nullable PooledByteBuffer first,
            Consumer<HeaderMap> trailers) {
        this.connection = connection;
        this.kind = framing.kind();
        this.remaining = framing.length();
        this.first = first;
        this.trailers = trailers;
        ended = kind == Kind.NONE || (kind == Kind.LENGTH && remaining == 0);
        if (ended) {
            dropFirst();
        }
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (ended) {
            return -1;
        }
        int start = buffer.position();
        int read = first == null ? connection.read(buffer) : takeFirst(buffer, first);
        if (read < 0) {
            if (kind != Kind.CLOSE) {
                throw new EOFException("the app broke off its answer");
            }
            ended = true;
            return -1;
        }
        return switch (kind) {
            case CHUNKED -> decode(buffer, start);
            case LENGTH -> count(buffer, read);
            default -> read;
        };
    }

    /** Reads past the end on purpose: what is left in the kernel would be taken for the next request's answer. */
    private int count(ByteBuffer buffer, int read) {
        if (read < remaining) {
            remaining -= read;
            return read;
        }
        int data = (int) remaining;
        buffer.position(buffer.position() - (read - data));
        clean = read == data;
        remaining = 0;
        ended = true;
        dropFirst();
        return data;
    }

    private int decode(ByteBuffer buffer, int start) throws MalformedMessageException {
        int end = buffer.position();
        int limit = buffer.limit();
        buffer.limit(end).position(start);
        chunks.decode(buffer);
        int data = buffer.remaining();
        buffer.position(buffer.limit()).limit(limit);
        if (chunks.isDone()) {
            ended = true;
            clean &= chunks.leftover() == 0;
            dropFirst();
            HeaderMap found = chunks.trailers();
            if (found != null) {
                trailers.accept(found);
            }
            return data == 0 ? -1 : data;
        }
        return data;
    }

    /**
     * What came together with the head, if it can be passed on as it stands, without a copy; the caller frees it. Else null,
     * and it is there to be read.
     */
    @Nullable
    PooledByteBuffer takeFirst() {
        PooledByteBuffer whole = first;
        if (whole == null || kind != Kind.LENGTH || whole.getBuffer().remaining() > remaining) {
            return null;
        }
        first = null;
        remaining -= whole.getBuffer().remaining();
        ended = remaining == 0;
        return whole;
    }

    private int takeFirst(ByteBuffer buffer, PooledByteBuffer from) {
        ByteBuffer bytes = from.getBuffer();
        int count = Math.min(bytes.remaining(), buffer.remaining());
        buffer.put(buffer.position(), bytes, bytes.position(), count);
        buffer.position(buffer.position() + count);
        bytes.position(bytes.position() + count);
        if (!bytes.hasRemaining()) {
            from.close();
            first = null;
        }
        return count;
    }

    /** Bytes that follow the end make the connection useless. */
    private void dropFirst() {
        if (first != null) {
            clean &= !first.getBuffer().hasRemaining();
            first.close();
            first = null;
        }
    }

    /** Gives up on the rest. */
    void abandon() {
        ended = true;
        clean = false;
        dropFirst();
    }

    /** Whether the body has ended and nothing followed it. */
    boolean endedCleanly() {
        return ended && clean && kind != Kind.CLOSE;
    }

    @Override
    public boolean isExhausted() {
        return ended;
    }

    @Override
    public void resume() {
        connection.resumeReads();
    }

    @Override
    public void suspend() {
        connection.suspendReads();
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        if (listener != null) {
            connection.onReadable(listener);
        }
    }
}
