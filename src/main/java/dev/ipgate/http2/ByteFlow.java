package dev.ipgate.http2;

import dev.ipgate.http.IoContext;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSourceConduit;

/** Moves one connection's bytes: in as they arrive, and out once a turn of the IO thread. */
final class ByteFlow {

    /*
     * Reads stay switched on: what a client may send is bounded by windows, by limits on heads, and by a budget for what
     * brings nothing. Only while a client does not take what it has asked for is nothing read from it.
     */

    private static final Logger LOG = LoggerFactory.getLogger(ByteFlow.class);

    private static final int READS_A_TURN = 16; // then the IO thread's other connections have theirs

    private final Http2Connection connection;
    private final IoContext io;
    private final StreamConnection channel;
    private final StreamSourceConduit source;
    private final FrameOutput output;
    private boolean reading;
    private boolean readsSuspended;
    private boolean flushing; // is to come, in this turn
    private boolean awaitsWritable;

    ByteFlow(Http2Connection connection, IoContext io, StreamConnection channel, FrameOutput output) {
        this.connection = connection;
        this.io = io;
        this.channel = channel;
        this.source = channel.getSourceChannel().getConduit();
        this.output = output;
    }

    /** @param early what others have read, or null */
    void start(@Nullable ByteBuffer early) {
        channel.getSourceChannel().setReadListener(ready -> readable());
        output.onWritable(this::writable);
        source.resumeReads();
        reading = true;
        try {
            if (early != null) {
                connection.received(early);
            }
        } catch (ConnectionException e) {
            connection.fail(e);
        } catch (RuntimeException e) {
            connection.close(); // nobody knows how far it came, and what comes next would be misread
            throw e;
        } finally {
            reading = false;
        }
        readable(); // a client that has just connected has mostly sent its request already
    }

    // ---- in ---------------------------------------------------------------------------------------------------------

    private void readable() {
        if (reading) {
            return;
        }
        reading = true;
        try {
            for (int turn = 0; turn < READS_A_TURN && !isFull() && !connection.isClosed(); turn++) {
                ByteBuffer bytes = io.input();
                int read = source.read(bytes);
                if (read < 0) {
                    connection.close(); // as nginx does: who sends no more is not interested any more
                    return;
                }
                if (read == 0) {
                    break;
                }
                connection.received(bytes.flip());
                if (bytes.limit() < bytes.capacity()) {
                    break; // and would only be told so by another read
                }
            }
        } catch (ConnectionException e) {
            connection.fail(e);
        } catch (IOException e) {
            connection.close();
        } catch (RuntimeException e) {
            connection.close(); // as above
            throw e;
        } finally {
            reading = false;
        }
        flush();
    }

    /** Whether the client does not take what it has asked for; then nothing more is read. */
    private boolean isFull() {
        boolean full = output.isFull();
        if (full && !readsSuspended) {
            readsSuspended = true;
            source.suspendReads();
        }
        return full;
    }

    void resumeReads() {
        readsSuspended = false;
        source.resumeReads();
    }

    // ---- out --------------------------------------------------------------------------------------------------------

    /** Has what waits sent within this turn of the IO thread. */
    void flushSoon() {
        if (!flushing && !reading && !awaitsWritable) {
            flushing = true;
            later(() -> {
                flushing = false;
                flush();
            });
        }
    }

    /** Has something done in this turn of the IO thread, or the next. */
    void later(Runnable task) {
        try {
            io.thread().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the gate stops", e);
        }
    }

    private void writable() {
        awaitsWritable = false;
        output.suspend();
        flush();
    }

    /** Sends what waits, as far as the client takes it. */
    void flush() {
        if (awaitsWritable || !connection.speaks()) {
            return;
        }
        try {
            if (!output.send()) {
                awaitsWritable = true;
                output.resume();
            }
        } catch (IOException e) {
            connection.close();
            return;
        }
        if (readsSuspended && !output.isFull() && connection.isOpen()) {
            resumeReads();
        }
        connection.sent(!awaitsWritable);
    }
}
