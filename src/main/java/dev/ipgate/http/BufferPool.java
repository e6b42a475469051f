package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Buffers of one size, direct or in the heap, used again and again. Safe to share between threads. */
public final class BufferPool implements ByteBufferPool {

    /*
     * Most buffers are taken and freed by the same IO thread within one turn, so each thread keeps a few at hand and asks
     * nobody. What it frees beyond that goes to a queue of all threads, where a thread looks that has none at hand: the
     * threads that write to the disk free buffers which others have taken. What the queue does not hold either is left
     * to the garbage collector, so there are never too few buffers, and only so many are kept.
     */

    private static final int AT_HAND = 16;

    private final int bytes;
    private final boolean direct;
    private final ThreadLocal<Stack> atHand = ThreadLocal.withInitial(Stack::new);
    private final BlockingQueue<ByteBuffer> shared;
    private volatile boolean closed;

    /**
     * Makes an empty pool of direct buffers.
     *
     * @param bytes size of each buffer
     * @param kept buffers that are kept for all threads together, besides the few that each has at hand
     */
    public BufferPool(int bytes, int kept) {
        this(bytes, kept, true);
    }

    /**
     * The same for records of TLS, in the heap: the JDK's AES takes twice as long where it writes to a direct buffer, which is more
     * than it costs to copy what goes to a socket or comes from it.
     */
    public static BufferPool forTls(int bytes, int kept) {
        return new BufferPool(bytes, kept, false);
    }

    private BufferPool(int bytes, int kept, boolean direct) {
        this.bytes = bytes;
        this.direct = direct;
        shared = new ArrayBlockingQueue<>(kept);
    }

    @Override
    public PooledByteBuffer allocate() {
        ByteBuffer buffer = atHand.get().pop();
        if (buffer == null) {
            buffer = shared.poll();
        }
        return new Lease(buffer == null ? fresh() : buffer.clear());
    }

    private ByteBuffer fresh() {
        return direct ? ByteBuffer.allocateDirect(bytes) : ByteBuffer.allocate(bytes);
    }

    private void free(ByteBuffer buffer) {
        if (!closed && !atHand.get().push(buffer)) {
            shared.offer(buffer);
        }
    }

    /** Keeps none from now on; those that are in use stay good. */
    @Override
    public void close() {
        closed = true;
        shared.clear();
    }

    @Override
    public int getBufferSize() {
        return bytes;
    }

    @Override
    public boolean isDirect() {
        return direct;
    }

    @Override
    public ByteBufferPool getArrayBackedPool() {
        throw new UnsupportedOperationException("nothing here wants arrays");
    }

    /** A buffer in somebody's hands. One object for each time, so that freeing it twice never frees the next owner's. */
    private final class Lease extends AtomicReference<@Nullable ByteBuffer> implements PooledByteBuffer {

        private static final long serialVersionUID = 1L;

        Lease(ByteBuffer buffer) {
            super(buffer);
        }

        @Override
        public ByteBuffer getBuffer() {
            ByteBuffer buffer = get();
            if (buffer == null) {
                throw new IllegalStateException("the buffer has been freed");
            }
            return buffer;
        }

        @Override
        public void close() {
            ByteBuffer buffer = getAndSet(null);
            assert buffer != null : "a buffer is freed twice"; // harmless, but whoever does it has lost count
            if (buffer != null) {
                free(buffer);
            }
        }

        @Override
        public boolean isOpen() {
            return get() != null;
        }
    }

    /** The buffers that one thread has at hand, the last freed on top: it is the one that is still in the cache. */
    private static final class Stack {

        private final @Nullable ByteBuffer[] buffers = new ByteBuffer[AT_HAND];
        private int size;

        @Nullable
        ByteBuffer pop() {
            if (size == 0) {
                return null;
            }
            ByteBuffer top = buffers[--size];
            buffers[size] = null;
            return top;
        }

        boolean push(ByteBuffer buffer) {
            if (size == AT_HAND) {
                return false;
            }
            buffers[size++] = buffer;
            return true;
        }
    }
}
