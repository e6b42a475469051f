package dev.ipgate.upstream;

import dev.ipgate.http.BodySink;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;

/**
 * Takes in a request's body before the app is contacted (nginx {@code proxy_request_buffering}), and keeps it until the
 * request ends. A body of up to 64 KiB that comes without a pause stays in memory; a longer one goes to a file, block by
 * block, and nothing is read from the client while a block is on its way there.
 */
final class Spooling implements BodySink {

    private final Spool spool;
    private final ByteBufferPool buffers;
    private final XnioIoThread thread;
    private final Block block;
    private @Nullable SpoolFile file;
    private long length;
    private boolean writing; // the block belongs to the worker
    private boolean closed;
    private boolean resumed;
    private @Nullable IOException failure;
    private @Nullable Runnable listener;

    private Spooling(Spool spool, ByteBufferPool buffers, XnioIoThread thread) {
        this.spool = spool;
        this.buffers = buffers;
        this.thread = thread;
        block = new Block(buffers);
    }

    /** A place for one body, which has to be closed; null if too many are taken in already. */
    static @Nullable Spooling enter(Spool spool, ByteBufferPool buffers, XnioIoThread thread) {
        return spool.enter() ? new Spooling(spool, buffers, thread) : null;
    }

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        if (isWriting()) {
            return false;
        }
        int before = buffer.remaining();
        block.put(buffer);
        length += before - buffer.remaining();
        if (buffer.hasRemaining()) {
            writeOut();
            return false;
        }
        return true;
    }

    /** The client pauses: it may do so for long, and in the meantime hold little memory. */
    @Override
    public boolean flush() throws IOException {
        if (!isWriting() && block.isLarge()) {
            writeOut();
        }
        return !writing;
    }

    @Override
    public boolean finish() throws IOException {
        if (!isWriting() && file != null && block.bytes() > 0) {
            writeOut();
        }
        return !writing;
    }

    private boolean isWriting() throws IOException {
        if (failure != null) {
            throw failure;
        }
        return writing;
    }

    private void writeOut() throws IOException {
        if (file == null) {
            file = new SpoolFile(spool, thread);
        }
        file.append(block, this::written);
        writing = true;
    }

    private void written(@Nullable IOException failed) {
        writing = false;
        block.clear();
        failure = failed;
        if (!closed && resumed && listener != null) {
            listener.run();
        }
    }

    /** Bytes of the body, which is complete. */
    long length() {
        return length;
    }

    /** The body, which is complete, from its beginning. */
    SpooledBody body() {
        return file == null ? SpooledBody.of(block, buffers) : SpooledBody.of(file, length, buffers);
    }

    /** The request has ended, and with it whoever reads the body. */
    void close() {
        if (closed) {
            return;
        }
        closed = true;
        if (!writing) {
            block.clear();
        }
        if (file != null) {
            file.close();
        }
        spool.leave();
    }

    @Override
    public void resume() {
        resumed = true;
    }

    @Override
    public void suspend() {
        resumed = false;
    }

    @Override
    public void onWritable(@Nullable Runnable next) {
        listener = next;
    }
}
