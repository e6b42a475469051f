package dev.ipgate.upstream;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.BodySource;
import dev.ipgate.http.PieceBuffers;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Moves a body from one connection to the other, both on one IO thread, at the pace of the slower. Holds a buffer only
 * while it has bytes in it, and pushes what it has before it waits, so that an event reaches the client at once.
 */
final class Pump {

    /*
     * Pieces grow for as long as the source fills them and the sink takes them whole. When it does not, they begin small
     * again: what it leaves is then mostly small too, and goes to a usual buffer, as large ones are few.
     */

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

    private static final int PIECES_A_TURN = 32; // then the other connections of the IO thread have theirs
    private static final int BYTES_A_TURN = 512 * 1024; // the same
    private static final int GROWTH = 4; // times

    private final BodySource source;
    private final BodySink sink;
    private final PieceBuffers buffers;
    private final Executor thread;
    private final End end;
    private @Nullable PooledByteBuffer pending;
    private int room; // bytes, of the next piece
    private boolean sourceEnded;
    private boolean ended;
    private Waiting waiting = Waiting.NOTHING;
    private long moved;

    Pump(BodySource source, BodySink sink, PieceBuffers buffers, Executor thread, End end) {
        this.source = source;
        this.sink = sink;
        this.buffers = buffers;
        room = usual();
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
        long enough = moved + BYTES_A_TURN;
        for (int turn = 0; !ended && turn < PIECES_A_TURN && moved < enough; turn++) {
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

    /** Reads a piece; false if there is nothing to read now or ever. */
    private boolean fill() {
        PooledByteBuffer pooled = buffers.allocate(room);
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
            if (read >= room / 2) { // a piece from which framing was taken is not quite full
                room = Math.min(GROWTH * room, PieceBuffers.LARGE_BYTES);
            }
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
        room = usual();
        shrink();
        source.suspend();
        sink.resume();
        return false;
    }

    /** Moves what is left of a large piece to a usual buffer if it fits. */
    private void shrink() {
        if (pending == null) {
            return;
        }
        ByteBuffer left = pending.getBuffer();
        if (left.capacity() > usual() && left.remaining() <= usual()) {
            PooledByteBuffer small = buffers.usual().allocate();
            small.getBuffer().put(left).flip();
            pending.close();
            pending = small;
        }
    }

    private int usual() {
        return buffers.usual().getBufferSize();
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
