package dev.ipgate.http2;

import dev.ipgate.http.BodySource;
import dev.ipgate.http.MalformedMessageException;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * The body of one request: what has arrived and nobody has read. The client may send no more than its window, and gets a
 * new one as the body is read, so that a slow app slows the client down and nobody else. What all connections hold
 * together is bounded: a client that finds no room is cut.
 */
final class StreamBody implements BodySource {

    private static final int WINDOW = 512 * 1024; // a client 50 ms away still sends 10 MB/s
    private static final int SMALL = 1024; // bytes, which take no whole buffer as long as nobody reads

    private final Http2Stream stream;
    private final ByteBufferPool pool;
    private final long length; // that the head gave; -1 if it gave none
    private final ArrayDeque<PooledByteBuffer> unread = new ArrayDeque<>(); // each from its position to its limit
    private final Sending sending;
    private long limit = -1;
    private long received;
    private long read;
    private int window = Sending.DEFAULT_WINDOW; // bytes that the client may send
    private int widest = Sending.DEFAULT_WINDOW; // of the above
    private int readSinceUpdate;
    private boolean ended; // the client has sent all
    private @Nullable IOException failure;
    private @Nullable Runnable listener;
    private boolean resumed;

    /** @param length bytes of the body, or -1 if the head did not tell */
    StreamBody(Http2Stream stream, Sending sending, ByteBufferPool pool, long length) {
        this.stream = stream;
        this.sending = sending;
        this.pool = pool;
        this.length = length;
    }

    void setLimit(long most) {
        limit = most;
    }

    // ---- what arrives -----------------------------------------------------------------------------------------------

    /**
     * A frame begins.
     *
     * @return false if the client may not send so much
     */
    boolean takeWindow(int bytes) {
        window -= bytes;
        return window >= 0;
    }

    /**
     * Takes a piece.
     *
     * @return false if there is no memory for it
     */
    boolean add(ByteBuffer bytes) throws MalformedMessageException {
        received += bytes.remaining();
        if (length >= 0 && received > length) {
            throw new MalformedMessageException("its body is longer than it said");
        }
        while (bytes.hasRemaining()) {
            ByteBuffer to = tail(bytes.remaining());
            if (to == null) {
                return false;
            }
            int at = to.limit();
            int count = Math.min(bytes.remaining(), to.capacity() - at);
            to.limit(at + count).put(at, bytes, bytes.position(), count);
            bytes.position(bytes.position() + count);
        }
        return true;
    }

    /** The last buffer, with room behind its limit; null if there is no memory for another. */
    private @Nullable ByteBuffer tail(int size) {
        PooledByteBuffer last = unread.peekLast();
        if (last == null || last.getBuffer().limit() == last.getBuffer().capacity()) {
            if (!sending.isRoomy()) {
                return null;
            }
            last = size <= SMALL && !resumed
                    ? new ImmediatePooledByteBuffer(ByteBuffer.allocate(size))
                    : pool.allocate();
            last.getBuffer().limit(0);
            sending.hold(last.getBuffer().capacity());
            unread.add(last);
        }
        return last.getBuffer();
    }

    private void removeFirst() {
        PooledByteBuffer first = unread.remove();
        sending.hold(-first.getBuffer().capacity());
        first.close();
    }

    /** Bytes of a frame that are no body. */
    void skip(int bytes) {
        consumed(bytes);
    }

    /** All has arrived. */
    void end() throws MalformedMessageException {
        if (length >= 0 && received < length) {
            throw new MalformedMessageException("its body is shorter than it said");
        }
        ended = true;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Nothing more comes; what has not been read is thrown away. Returns how much that was. */
    int fail(IOException why) {
        failure = why;
        ended = true;
        int left = (int) (received - read);
        read = received;
        while (!unread.isEmpty()) {
            removeFirst();
        }
        return left;
    }

    /** Tells the reader that something has arrived, or that nothing more will. */
    void tell() {
        if (resumed && listener != null) {
            listener.run();
        }
    }

    // ---- what is read -----------------------------------------------------------------------------------------------

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (failure != null) {
            throw failure;
        }
        int count = 0;
        PooledByteBuffer first;
        while ((first = unread.peek()) != null && buffer.hasRemaining()) {
            ByteBuffer from = first.getBuffer();
            int size = Math.min(from.remaining(), buffer.remaining());
            buffer.put(buffer.position(), from, from.position(), size).position(buffer.position() + size);
            from.position(from.position() + size);
            count += size;
            if (!from.hasRemaining()) {
                removeFirst();
            }
        }
        read += count;
        if (limit >= 0 && read > limit) {
            throw new RequestTooBigException("more than " + limit + " bytes");
        }
        consumed(count);
        if (isExhausted()) {
            stream.bodyRead();
            return count == 0 ? -1 : count;
        }
        return count;
    }

    /** Lets the client send more, once it is worth a frame. */
    private void consumed(int bytes) {
        sending.refund(bytes);
        readSinceUpdate += bytes;
        if (readSinceUpdate >= widest / 2 && !ended) {
            stream.windowUpdate(readSinceUpdate);
            window += readSinceUpdate;
            readSinceUpdate = 0;
        }
    }

    private void widenWindow() {
        if (widest < WINDOW && !ended && sending.widenWindow()) {
            readSinceUpdate += WINDOW - widest;
            widest = WINDOW;
            consumed(0);
        }
    }

    @Override
    public boolean isExhausted() {
        return ended && failure == null && unread.isEmpty();
    }

    @Override
    public void resume() {
        resumed = true;
        widenWindow();
        if (!unread.isEmpty() || ended) {
            stream.later(this::tell);
        }
    }

    @Override
    public void suspend() {
        resumed = false;
    }

    @Override
    public void onReadable(@Nullable Runnable next) {
        listener = next;
    }

    static EOFException brokenOff() {
        return new EOFException("the client broke off its body");
    }
}
