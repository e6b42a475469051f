package dev.ipgate.upstream;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the heads of one request's answers, interim ones included, in whatever pieces they arrive. */
final class AnswerReader {

    private final AppConnection connection;
    private final ByteBufferPool pool;
    private @Nullable PooledByteBuffer pooled; // its bytes between 0 and its position are not used yet
    private int searched;
    private boolean begun;

    AnswerReader(AppConnection connection, ByteBufferPool pool) {
        this.connection = connection;
        this.pool = pool;
    }

    /** Whether the app has sent anything, be it of an interim answer. */
    boolean hasBegun() {
        return begun;
    }

    /**
     * Reads on to the end of the next head.
     *
     * @return the head, or null if it is not complete and nothing more has arrived
     * @throws BadAnswerException if it is malformed or larger than a buffer
     * @throws IOException if the connection ends before it is complete
     */
    @Nullable
    AnswerHead read() throws IOException {
        if (pooled == null) {
            pooled = pool.allocate();
            searched = 0;
        }
        ByteBuffer buffer = pooled.getBuffer();
        AnswerHead head = take(buffer);
        while (head == null) {
            if (!buffer.hasRemaining()) {
                throw new BadAnswerException("its head is larger than " + buffer.capacity() + " bytes");
            }
            int read = connection.read(buffer);
            if (read == 0) {
                if (buffer.position() == 0) {
                    close();
                }
                return null;
            }
            if (read < 0) {
                throw new EOFException();
            }
            begun = true;
            head = take(buffer);
        }
        return head;
    }

    /** Takes a head out of what has been read, if one is complete, and moves what follows to the front. */
    private @Nullable AnswerHead take(ByteBuffer buffer) throws BadAnswerException {
        int filled = buffer.position();
        buffer.flip();
        int end = AnswerHead.end(buffer, searched);
        if (end < 0) {
            searched = filled;
            buffer.limit(buffer.capacity()).position(filled);
            return null;
        }
        AnswerHead head = AnswerHead.read(buffer, end);
        buffer.compact();
        searched = 0;
        return head;
    }

    /** What was read behind the last head, ready to be read from; null if nothing was. The caller frees it. */
    @Nullable
    PooledByteBuffer rest() {
        PooledByteBuffer rest = pooled;
        pooled = null;
        if (rest == null || rest.getBuffer().position() == 0) {
            if (rest != null) {
                rest.close();
            }
            return null;
        }
        rest.getBuffer().flip();
        return rest;
    }

    void close() {
        if (pooled != null) {
            pooled.close();
            pooled = null;
        }
    }
}
