package dev.ipgate.upstream;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Part of a body in memory: up to four pooled buffers, 64 KiB, so that one trip to the disk carries that much. */
final class Block {

    private static final int MOST_BUFFERS = 4;

    private final ByteBufferPool pool;
    private final List<PooledByteBuffer> buffers = new ArrayList<>(MOST_BUFFERS); // each filled up to its position

    Block(ByteBufferPool pool) {
        this.pool = pool;
    }

    /** Copies as much as fits; buffers are taken from the pool as they are needed. */
    void put(ByteBuffer from) {
        while (from.hasRemaining()) {
            ByteBuffer to = buffers.isEmpty() ? null : last();
            if (to == null || !to.hasRemaining()) {
                if (buffers.size() == MOST_BUFFERS) {
                    return;
                }
                buffers.add(pool.allocate());
                to = last();
            }
            int bytes = Math.min(from.remaining(), to.remaining());
            to.put(from.slice(from.position(), bytes));
            from.position(from.position() + bytes);
        }
    }

    private ByteBuffer last() {
        return buffers.get(buffers.size() - 1).getBuffer();
    }

    /** Takes buffers for so many bytes, or for as many as a block holds; whoever fills them fills them to their limits. */
    List<ByteBuffer> room(long bytes) {
        List<ByteBuffer> room = new ArrayList<>(MOST_BUFFERS);
        long left = bytes;
        while (left > 0 && buffers.size() < MOST_BUFFERS) {
            PooledByteBuffer pooled = pool.allocate();
            buffers.add(pooled);
            ByteBuffer buffer = pooled.getBuffer();
            buffer.limit((int) Math.min(left, buffer.capacity()));
            left -= buffer.limit();
            room.add(buffer);
        }
        return room;
    }

    /** What is in it, ready to be read, as often as need be. */
    ByteBuffer[] contents() {
        return buffers.stream()
                .map(pooled -> pooled.getBuffer().duplicate().flip())
                .toArray(ByteBuffer[]::new);
    }

    long bytes() {
        long bytes = 0;
        for (PooledByteBuffer pooled : buffers) {
            bytes += pooled.getBuffer().position();
        }
        return bytes;
    }

    /** Whether it holds more memory than a request may that waits for its client. */
    boolean isLarge() {
        return buffers.size() > 1;
    }

    /** Gives the memory back; nobody may read it any more. */
    void clear() {
        buffers.forEach(PooledByteBuffer::close);
        buffers.clear();
    }
}
