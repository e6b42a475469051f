package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSinkChannel;

/** Bytes on their way to a client. For one IO thread. */
final class Http1Output {

    /*
     * What is small goes out in one write: it is copied behind what waits to go out, which costs less than having the
     * kernel gather it. What does not fit is not copied. The buffer is one that all connections of the IO thread share;
     * what a client does not take at once moves to a buffer of its own size.
     */

    static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final IoContext context;
    private final ConduitStreamSinkChannel channel;
    private final ByteBuffer[] parts = new ByteBuffer[3];
    private ByteBuffer pending = NOTHING; // goes out before anything else; filled up to its limit
    private long stalledAt; // on the nanosecond clock; 0 if it is not
    private boolean resumed;

    Http1Output(IoContext context, ConduitStreamSinkChannel channel) {
        this.context = context;
        this.channel = channel;
    }

    /** Whether so many bytes are better copied than gathered. */
    boolean fits(int bytes) {
        return pending.hasRemaining() && bytes <= room();
    }

    /** Copies bytes behind what is pending; whoever has appended sends before others have their turn. */
    void append(HeadBytes bytes) {
        int at = extend(bytes.length());
        bytes.copyTo(pending, at);
    }

    void append(byte[] bytes) {
        int at = extend(bytes.length);
        pending.put(at, bytes);
    }

    /** Appends all of a buffer. */
    void append(ByteBuffer bytes) {
        int at = extend(bytes.remaining());
        pending.put(at, bytes, bytes.position(), bytes.remaining());
        bytes.position(bytes.limit());
    }

    /** Makes room behind what is pending, and tells where. */
    private int extend(int bytes) {
        if (bytes > room()) {
            ByteBuffer roomy = pending.hasRemaining() ? NOTHING : context.output();
            int needed = pending.remaining() + bytes;
            if (needed > roomy.capacity()) {
                roomy = ByteBuffer.allocate(2 * needed); // a head beyond the usual, or a client that is slow
            }
            pending = roomy.put(pending).flip();
        }
        int at = pending.limit();
        pending.limit(at + bytes);
        return at;
    }

    private int room() {
        return pending.capacity() - pending.limit();
    }

    /** Sends what is pending; false if the client does not take all of it now. */
    boolean send() throws IOException {
        return send(NOTHING, NOTHING);
    }

    /**
     * Sends what is pending, then two more parts; false if the client does not take all of it now.
     *
     * @param body stays the caller's, who comes back with it
     */
    boolean send(ByteBuffer body, ByteBuffer behind) throws IOException {
        boolean several = body.hasRemaining() || behind.hasRemaining();
        parts[0] = pending;
        parts[1] = body;
        parts[2] = behind;
        while (pending.hasRemaining() || body.hasRemaining() || behind.hasRemaining()) {
            long written = several ? channel.write(parts, 0, parts.length) : channel.write(pending);
            if (written == 0) {
                stall();
                return false;
            }
            stalledAt = 0;
        }
        pending = NOTHING;
        if (!channel.flush()) { // of TLS, which takes more than the client does
            stall();
            return false;
        }
        stalledAt = 0;
        return true;
    }

    private void stall() {
        if (stalledAt == 0) {
            stalledAt = System.nanoTime();
        }
        if (pending.isDirect()) { // as the one that all share is
            pending = pending.hasRemaining()
                    ? ByteBuffer.allocate(pending.remaining()).put(pending).flip()
                    : NOTHING;
        }
    }

    /** Whether bytes have been waiting for the client since then, on the nanosecond clock, or longer. */
    boolean isStalledSince(long then) {
        return stalledAt != 0 && stalledAt - then <= 0;
    }

    /** Throws away what is pending, and waits for nothing any more. */
    void clear() {
        pending = NOTHING;
        stalledAt = 0;
        onWritable(null);
        if (resumed) {
            suspend();
        }
    }

    void resume() {
        resumed = true;
        channel.resumeWrites();
    }

    void suspend() {
        resumed = false;
        channel.suspendWrites();
    }

    void onWritable(@Nullable Runnable listener) {
        channel.setWriteListener(listener == null ? null : ready -> listener.run());
    }
}
