package dev.ipgate.upstream;

import dev.ipgate.http.BodySource;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A body that was spooled, on its way to the app: read from memory, or from the file block by block. */
final class SpooledBody implements BodySource {

    private static final ByteBuffer[] NOTHING = {};

    private final @Nullable SpoolFile file;
    private final Block block; // what ready shows of the file; the worker's while it reads
    private ByteBuffer[] ready;
    private long unread; // bytes that are in the file only
    private long position; // of the first of them
    private boolean reading;
    private boolean closed;
    private boolean resumed;
    private @Nullable IOException failure;
    private @Nullable Runnable listener;

    private SpooledBody(@Nullable SpoolFile file, ByteBuffer[] ready, long unread, ByteBufferPool buffers) {
        this.file = file;
        this.ready = ready;
        this.unread = unread;
        block = new Block(buffers);
    }

    /** A body in memory, which has to stay there until this is closed. */
    static SpooledBody of(Block whole, ByteBufferPool buffers) {
        return new SpooledBody(null, whole.contents(), 0, buffers);
    }

    /** A body in a file, which has to stay open until this is closed. */
    static SpooledBody of(SpoolFile file, long length, ByteBufferPool buffers) {
        return new SpooledBody(file, NOTHING, length, buffers);
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (failure != null) {
            throw failure;
        }
        int read = 0;
        for (ByteBuffer part : ready) {
            int bytes = Math.min(part.remaining(), buffer.remaining());
            buffer.put(part.slice(part.position(), bytes));
            part.position(part.position() + bytes);
            read += bytes;
        }
        if (read > 0) {
            if (isExhausted()) {
                block.clear();
            }
            return read;
        }
        if (unread == 0) {
            return reading ? 0 : -1;
        }
        if (!reading && file != null) {
            fetch(file);
        }
        return 0;
    }

    private void fetch(SpoolFile from) throws IOException {
        ready = NOTHING;
        block.clear();
        List<ByteBuffer> room = block.room(unread);
        long bytes = room.stream().mapToLong(ByteBuffer::limit).sum();
        try {
            from.read(room, position, this::fetched);
        } catch (IOException e) {
            block.clear();
            throw e;
        }
        reading = true;
        position += bytes;
        unread -= bytes;
    }

    private void fetched(@Nullable IOException failed) {
        reading = false;
        if (closed) {
            block.clear();
            return;
        }
        failure = failed;
        ready = block.contents();
        if (resumed && listener != null) {
            listener.run();
        }
    }

    @Override
    public boolean isExhausted() {
        if (reading || unread > 0) {
            return false;
        }
        for (ByteBuffer part : ready) {
            if (part.hasRemaining()) {
                return false;
            }
        }
        return true;
    }

    /** Nobody reads any more. */
    void close() {
        closed = true;
        ready = NOTHING;
        if (!reading) {
            block.clear();
        }
    }

    @Override
    public void resume() {
        resumed = true; // there is nothing to read only while the worker reads, which will tell
    }

    @Override
    public void suspend() {
        resumed = false;
    }

    @Override
    public void onReadable(@Nullable Runnable next) {
        listener = next;
    }
}
