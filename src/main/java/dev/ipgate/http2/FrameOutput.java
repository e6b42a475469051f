package dev.ipgate.http2;

import dev.ipgate.http.IoContext;
import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSinkChannel;

/** Frames on their way to a client, of all its streams. Sent once a turn, so that many small answers share one write. */
final class FrameOutput {

    /*
     * A client need not take what it asks for. One buffer it always has; more is held in the account of all connections,
     * and where that is short, bodies wait and requests are refused until the one buffer is out.
     */

    private static final int MOST_OF_BODIES = 64 * 1024; // bytes, then bodies wait
    private static final int MOST = 128 * 1024; // bytes of everything, then nothing more is asked for

    private final IoContext context;
    private final ByteBufferPool pool;
    private final ConduitStreamSinkChannel channel;
    private final ArrayDeque<PooledByteBuffer> waiting = new ArrayDeque<>(); // each from its position to its limit
    private final byte[] head = new byte[FrameType.HEAD_BYTES];
    private int bytes;
    private long stalledAt; // on the nanosecond clock; 0 if it is not

    FrameOutput(IoContext context, ConduitStreamSinkChannel channel) {
        this.context = context;
        this.pool = context.buffers();
        this.channel = channel;
    }

    /** Whether so much waits that the client is to ask for nothing more. */
    boolean isFull() {
        return bytes > (context.isRoomy() ? MOST : pool.getBufferSize());
    }

    /** Bytes of bodies that have room now. */
    int room() {
        return (context.isRoomy() ? MOST_OF_BODIES : pool.getBufferSize()) - bytes;
    }

    // ---- frames -----------------------------------------------------------------------------------------------------

    private void head(int length, int type, int flags, int stream) {
        head[0] = (byte) (length >> 16);
        head[1] = (byte) (length >> 8);
        head[2] = (byte) length;
        head[3] = (byte) type;
        head[4] = (byte) flags;
        putInt(head, 5, stream);
        put(head, 0, FrameType.HEAD_BYTES);
    }

    /** A block of header fields, in as many frames as it takes. */
    void headers(int stream, byte[] block, int length, boolean endsStream) {
        int flags = endsStream ? FrameType.FLAG_END_STREAM : 0;
        int type = FrameType.HEADERS;
        int at = 0;
        do {
            int size = Math.min(FrameType.LARGEST, length - at);
            head(size, type, at + size == length ? flags | FrameType.FLAG_END_HEADERS : flags, stream);
            put(block, at, size);
            at += size;
            type = FrameType.CONTINUATION;
            flags = 0;
        } while (at < length);
    }

    /** @param body some of its bytes, from its position, are taken */
    void data(int stream, ByteBuffer body, int size, boolean endsStream) {
        head(size, FrameType.DATA, endsStream ? FrameType.FLAG_END_STREAM : 0, stream);
        int left = size;
        while (left > 0) {
            ByteBuffer to = tail();
            int count = Math.min(left, to.capacity() - to.limit());
            int at = to.limit();
            to.limit(at + count).put(at, body, body.position(), count);
            body.position(body.position() + count);
            left -= count;
        }
        bytes += size;
    }

    /** @param idsAndValues in turn; none to say that the client's are accepted */
    void settings(int... idsAndValues) {
        boolean ack = idsAndValues.length == 0;
        head(3 * idsAndValues.length, FrameType.SETTINGS, ack ? FrameType.FLAG_ACK : 0, 0);
        for (int i = 0; i < idsAndValues.length; i += 2) {
            put(new byte[] {0, (byte) idsAndValues[i]}, 0, 2);
            putInt(idsAndValues[i + 1]);
        }
    }

    /** @param payload eight bytes, or more of which the rest is not sent */
    void ping(byte[] payload, int flags) {
        head(8, FrameType.PING, flags, 0);
        put(payload, 0, 8);
    }

    void reset(int stream, int code) {
        head(4, FrameType.RST_STREAM, 0, stream);
        putInt(code);
    }

    void windowUpdate(int stream, int increment) {
        head(4, FrameType.WINDOW_UPDATE, 0, stream);
        putInt(increment);
    }

    void goAway(int lastStream, int code) {
        head(8, FrameType.GOAWAY, 0, 0);
        putInt(lastStream);
        putInt(code);
    }

    private void putInt(int value) {
        byte[] four = new byte[4];
        putInt(four, 0, value);
        put(four, 0, 4);
    }

    private static void putInt(byte[] to, int at, int value) {
        to[at] = (byte) (value >> 24);
        to[at + 1] = (byte) (value >> 16);
        to[at + 2] = (byte) (value >> 8);
        to[at + 3] = (byte) value;
    }

    private void put(byte[] from, int start, int length) {
        int at = start;
        int left = length;
        while (left > 0) {
            ByteBuffer to = tail();
            int count = Math.min(left, to.capacity() - to.limit());
            int end = to.limit();
            to.limit(end + count).put(end, from, at, count);
            at += count;
            left -= count;
        }
        bytes += length;
    }

    /** The last buffer, with room behind its limit. */
    private ByteBuffer tail() {
        PooledByteBuffer last = waiting.peekLast();
        if (last == null || last.getBuffer().limit() == last.getBuffer().capacity()) {
            if (last != null) {
                context.hold(pool.getBufferSize());
            }
            last = pool.allocate();
            last.getBuffer().limit(0);
            waiting.add(last);
        }
        return last.getBuffer();
    }

    // ---- sending ----------------------------------------------------------------------------------------------------

    /** Sends what waits; false if the client does not take all of it now. */
    boolean send() throws IOException {
        while (bytes > 0) {
            long written = waiting.size() == 1
                    ? channel.write(waiting.element().getBuffer())
                    : channel.write(buffers(), 0, waiting.size());
            if (written == 0) {
                stall();
                return false;
            }
            stalledAt = 0;
            bytes -= (int) written;
            free();
        }
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
    }

    private ByteBuffer[] buffers() {
        ByteBuffer[] buffers = new ByteBuffer[waiting.size()];
        int i = 0;
        for (PooledByteBuffer pooled : waiting) {
            buffers[i++] = pooled.getBuffer();
        }
        return buffers;
    }

    private void free() {
        PooledByteBuffer first;
        while ((first = waiting.peek()) != null && !first.getBuffer().hasRemaining()) {
            remove();
        }
    }

    private void remove() {
        waiting.remove().close();
        if (!waiting.isEmpty()) {
            context.hold(-pool.getBufferSize());
        }
    }

    /** Whether bytes have been waiting for the client since then, on the nanosecond clock, or longer. */
    boolean isStalledSince(long then) {
        return stalledAt != 0 && stalledAt - then <= 0;
    }

    /** Throws away what waits. */
    void clear() {
        bytes = 0;
        while (!waiting.isEmpty()) {
            remove();
        }
    }

    void onWritable(@Nullable Runnable listener) {
        channel.setWriteListener(listener == null ? null : ready -> listener.run());
    }

    void resume() {
        channel.resumeWrites();
    }

    void suspend() {
        channel.suspendWrites();
    }
}
