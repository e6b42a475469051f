package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Buffers for the pieces in which bodies pass through: as many of the usual size as are wanted, and a few large ones for each
 * thread. Safe to share between threads, but a large buffer stays with the thread that took it.
 */
public final class PieceBuffers {

    /*
     * A piece costs a read and a write, and an acknowledgement to whoever sends, whatever its size; so a body is cheap in
     * large ones. But what a slow client has not taken waits in its buffer, and memory must not grow with the number of such
     * clients by more than a usual buffer each. So a thread has a fixed number of large ones, and whoever finds none left
     * does with a usual one. They are not shared between threads: one that another core has just filled would first have
     * to come out of its cache.
     */

    /** Bytes of a large buffer. Beyond that a body gets hardly cheaper, and this many stay in the cache of a core. */
    public static final int LARGE_BYTES = 256 * 1024;

    /** Large buffers that there are for each thread, made when they are first needed: 4 MiB in all. */
    public static final int LARGE_A_THREAD = 16;

    private final ByteBufferPool usual;
    private final ThreadLocal<Shelf> shelves = ThreadLocal.withInitial(Shelf::new);

    /** @param usual gives the usual ones, and decides their size */
    public PieceBuffers(ByteBufferPool usual) {
        this.usual = usual;
    }

    /** The usual buffers. */
    public ByteBufferPool usual() {
        return usual;
    }

    /**
     * An empty buffer for a piece.
     *
     * @param room bytes that it shall take, up to {@link #LARGE_BYTES}; it takes the usual number if that is less, or if the
     *     thread has no large buffer left
     */
    public PooledByteBuffer allocate(int room) {
        if (room > usual.getBufferSize()) {
            Shelf shelf = shelves.get();
            ByteBuffer buffer = shelf.take();
            if (buffer != null) {
                return new Large(shelf, buffer.clear().limit(room));
            }
        }
        return usual.allocate();
    }

    /** A large buffer in somebody's hands. */
    private final class Large implements PooledByteBuffer {

        private final Shelf shelf;
        private @Nullable ByteBuffer buffer;

        Large(Shelf shelf, ByteBuffer buffer) {
            this.shelf = shelf;
            this.buffer = buffer;
        }

        @Override
        public ByteBuffer getBuffer() {
            ByteBuffer held = buffer;
            if (held == null) {
                throw new IllegalStateException("the buffer has been freed");
            }
            return held;
        }

        @Override
        public void close() {
            ByteBuffer held = buffer;
            buffer = null;
            assert held != null : "a buffer is freed twice"; // harmless, but whoever does it has lost count
            if (held != null && shelf == shelves.get()) { // on another thread it would not be safe, and is lost
                shelf.put(held);
            }
        }

        @Override
        public boolean isOpen() {
            return buffer != null;
        }
    }

    /** One thread's large buffers, the last freed on top: it is the one that is still in the cache. */
    private static final class Shelf {

        private final @Nullable ByteBuffer[] buffers = new ByteBuffer[LARGE_A_THREAD];
        private int size;
        private int made;

        @Nullable
        ByteBuffer take() {
            if (size > 0) {
                ByteBuffer top = buffers[--size];
                buffers[size] = null;
                return top;
            }
            if (made == LARGE_A_THREAD) {
                return null;
            }
            made++;
            return ByteBuffer.allocateDirect(LARGE_BYTES);
        }

        void put(ByteBuffer buffer) {
            buffers[size++] = buffer; // there is room, as no more were made
        }
    }
}
