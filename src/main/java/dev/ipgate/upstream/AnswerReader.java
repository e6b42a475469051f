package dev.ipgate.upstream;

import dev.ipgate.http.HeadReader;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Reads the heads of one request's answers, interim ones included, in whatever pieces they arrive. */
final class AnswerReader {

    private final AppConnection connection;
    private final HeadReader heads;
    private final ByteBufferPool pool;
    private @Nullable PooledByteBuffer pooled; // holds what was read, from 0 to its position
    private int taken; // bytes at its beginning: the head that was given last
    private int searched;
    private boolean begun;

    AnswerReader(AppConnection connection, HeadReader heads, ByteBufferPool pool) {
        this.connection = connection;
        this.heads = heads;
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
     * @throws MalformedMessageException if it is malformed or larger than a buffer
     * @throws IOException if the connection ends before it is complete
     */
    @Nullable
    AnswerHead read() throws IOException {
        if (pooled == null) {
            pooled = pool.allocate();
        }
        ByteBuffer buffer = pooled.getBuffer();
        AnswerHead head = next(buffer);
        while (head == null) {
            if (!buffer.hasRemaining()) {
                throw new MalformedMessageException("its head is larger than " + buffer.capacity() + " bytes");
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
            head = next(buffer);
        }
        return head;
    }

    /** The next head of what has been read, if one is complete. */
    private @Nullable AnswerHead next(ByteBuffer buffer) throws MalformedMessageException {
        if (taken > 0) {
            buffer.flip().position(taken);
            buffer.compact();
            taken = 0;
        }
        if (searched == buffer.position()) {
            return null;
        }
        int end = heads.find(buffer, searched);
        if (end < 0) {
            searched = buffer.position();
            return null;
        }
        AnswerHead head = AnswerHead.read(heads);
        taken = end;
        searched = 0;
        return head;
    }

    /** What was read behind the last head, ready to be read from; null if nothing was. The caller frees it. */
    @Nullable
    PooledByteBuffer rest() {
        PooledByteBuffer rest = pooled;
        pooled = null;
        if (rest == null || rest.getBuffer().position() == taken) {
            if (rest != null) {
                rest.close();
            }
            return null;
        }
        rest.getBuffer().flip().position(taken);
        return rest;
    }

    void close() {
        if (pooled != null) {
            pooled.close();
            pooled = null;
        }
    }
}
