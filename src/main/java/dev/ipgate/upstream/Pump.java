package dev.ipgate.upstream;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.BodySource;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * Moves a body from one connection to the other, both on one IO thread, at the pace of the slower. Holds a buffer only
 * while it has bytes in it, and pushes what it has before it waits, so that an event reaches the client at once.
 */
final class Pump {

    /** What the pump waits for; a deadline depends on whose turn it is. */
    enum Waiting {
        NOTHING,
        SOURCE,
        SINK
    }

    /** How a pump ends: exactly one of these, once. */
    interface End {
        void done();

        void sourceFailed(IOException e);

        void sinkFailed(IOException e);
    }

    private static final int BUFFERS_A_TURN = 32; // then the other connections of the IO thread have theirs

    private final BodySource source;
    private final BodySink sink;
    private final ByteBufferPool pool;
    private final XnioIoThread thread;
    private final End end;
    private @Nullable PooledByteBuffer pending;
    private boolean sourceEnded;
    private boolean ended;
    private Waiting waiting = Waiting.NOTHING;
    private long moved;

    Pump(BodySource source, BodySink sink, ByteBufferPool pool, XnioIoThread thread, End end) {
        this.source = source;
        this.sink = sink;
        this.pool = pool;
        this.thread = thread;
        this.end = end;
    }

    /** Starts pumping, unless it has been stopped; comes back when there is nothing to do for now. */
    void start() {
        if (ended) {
            return;
        }
        sourceEnded = source.isExhausted();
        source.onReadable(this::run);
        sink.onWritable(this::run);
        run();
    }

    /** Starts with bytes that were read already, if there are any; the pump frees them. */
    void start(@Nullable PooledByteBuffer first) {
        if (first != null) {
            if (ended) {
                first.close();
                return;
            }
            pending = first;
            moved += first.getBuffer().remaining();
        }
        start();
    }

    Waiting waiting() {
        return waiting;
    }

    /** Bytes moved so far; it grows while there is progress. */
    long moved() {
        return moved;
    }

    /** Stops without ending: no callback follows. */
    void stop() {
        if (ended) {
            return; // whoever came after it has the listeners now
        }
        ended = true;
        release();
        source.onReadable(null);
        sink.onWritable(null);
    }

    private void run() {
        for (int turn = 0; !ended && turn < BUFFERS_A_TURN; turn++) {
            if (!sourceEnded && pending == null && !fill()) {
                return;
            }
            if (!drain()) {
                return;
            }
        }
        if (!ended) {
            source.suspend();
            sink.suspend();
            waiting = Waiting.NOTHING;
            thread.execute(this::run);
        }
    }

    /** Reads a buffer full; false if there is nothing to read now or ever. */
    private boolean fill() {
        PooledByteBuffer pooled = pool.allocate();
        int read;
        try {
            read = source.read(pooled.getBuffer());
        } catch (IOException e) {
            pooled.close();
            finish(() -> end.sourceFailed(e));
            return false;
        }
        sourceEnded = read < 0 || source.isExhausted();
        if (read > 0) {
            pooled.getBuffer().flip();
            pending = pooled;
            moved += read;
            return true;
        }
        pooled.close();
        return sourceEnded || push();
    }

    /** Before waiting for more: sends on what the sink still holds, headers above all. */
    private boolean push() {
        try {
            if (sink.flush()) {
                sink.suspend();
            } else {
                sink.resume();
            }
        } catch (IOException e) {
            finish(() -> end.sinkFailed(e));
            return false;
        }
        waiting = Waiting.SOURCE;
        source.resume();
        return false;
    }

    /** Writes what is pending; false if the sink cannot take it now, or all is over. */
    private boolean drain() {
        try {
            if (pending != null) {
                if (!sink.write(pending.getBuffer(), sourceEnded)) {
                    return awaitSink();
                }
                release();
            }
            if (!sourceEnded) {
                return true;
            }
            if (!sink.finish()) {
                return awaitSink();
            }
        } catch (IOException e) {
            finish(() -> end.sinkFailed(e));
            return false;
        }
        finish(end::done);
        return false;
    }

    private boolean awaitSink() {
        waiting = Waiting.SINK;
        source.suspend();
        sink.resume();
        return false;
    }

    private void finish(Runnable callback) {
        if (!ended) {
            stop();
            sink.suspend();
            callback.run();
        }
    }

    private void release() {
        if (pending != null) {
            pending.close();
            pending = null;
        }
    }
}
