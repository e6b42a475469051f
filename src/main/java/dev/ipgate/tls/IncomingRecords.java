package dev.ipgate.tls;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/** Records as they come. Holds a buffer only while there is something in it. */
final class IncomingRecords {

    private static final int HEAD = 5; // bytes, the last two of which are the length of what follows
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    /** Up to so many bytes that wait for the rest of their record are better copied than left in a buffer for a record. */
    private static final int LITTLE = 2 * 1024;

    private final ByteBufferPool records;
    private final StreamSourceConduit source;
    private @Nullable PooledByteBuffer held; // ready to be read from
    private boolean starved; // what is held has been looked at, and more must come before it is a record

    IncomingRecords(ByteBufferPool records, StreamSourceConduit source) {
        this.records = records;
        this.source = source;
    }

    boolean isEmpty() {
        return held == null;
    }

    /** Whether a whole record is there that nobody has looked at. */
    boolean holdsRecord() {
        return held != null && !starved && isRecord(held.getBuffer());
    }

    private static boolean isRecord(ByteBuffer bytes) {
        int at = bytes.position();
        return bytes.remaining() >= HEAD && bytes.remaining() - HEAD >= (bytes.getShort(at + HEAD - 2) & 0xFFFF);
    }

    /** What has come; whoever takes from it calls {@link #taken}. */
    ByteBuffer bytes() {
        return held == null ? NOTHING : held.getBuffer();
    }

    void taken() {
        if (held != null && !held.getBuffer().hasRemaining()) {
            clear();
        }
    }

    /** Takes over what was read of the connection before. */
    void giveBack(ByteBuffer early) {
        held = copy(early);
    }

    /**
     * Reads on from the connection; false if nothing has come.
     *
     * @throws EOFException if the connection ends
     */
    boolean fill() throws IOException {
        PooledByteBuffer filling = makeRoom();
        int read;
        try {
            if (!filling.getBuffer().hasRemaining()) {
                throw new SSLException("a record is larger than " + TlsLink.RECORD_BYTES + " bytes");
            }
            read = source.read(filling.getBuffer());
            if (read < 0) {
                throw new EOFException("the connection ends without close_notify");
            }
        } catch (IOException | RuntimeException e) {
            filling.close();
            throw e;
        }
        if (filling.getBuffer().flip().hasRemaining()) {
            held = filling;
        } else {
            filling.close();
        }
        starved = read == 0;
        return read > 0;
    }

    /** A buffer of the caller's with what is held, and room for the rest of the record. */
    private PooledByteBuffer makeRoom() {
        PooledByteBuffer before = held;
        held = null;
        if (before == null) {
            return records.allocate();
        }
        if (isRoomy(before)) {
            before.getBuffer().compact();
            return before;
        }
        PooledByteBuffer roomy = records.allocate();
        roomy.getBuffer().put(before.getBuffer());
        before.close();
        return roomy;
    }

    /** Nothing that comes behind close_notify counts (RFC 8446 section 6.1), but whether the connection ends as well. */
    void skip() throws IOException {
        PooledByteBuffer nothing = records.allocate();
        try {
            if (source.read(nothing.getBuffer()) < 0) {
                throw new EOFException("the connection has ended");
            }
        } finally {
            nothing.close();
        }
    }

    /** Has whoever has sent only a little of a record not take the room for a whole one. */
    void shrink() {
        PooledByteBuffer roomy = held;
        if (roomy != null && isRoomy(roomy) && roomy.getBuffer().remaining() <= LITTLE) {
            held = copy(roomy.getBuffer());
            roomy.close();
        }
    }

    private static boolean isRoomy(PooledByteBuffer buffer) {
        return buffer.getBuffer().capacity() >= TlsLink.RECORD_BYTES;
    }

    private static PooledByteBuffer copy(ByteBuffer bytes) {
        return new ImmediatePooledByteBuffer(
                ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
    }

    /** Bytes of memory that are held. */
    int size() {
        return held == null ? 0 : held.getBuffer().capacity();
    }

    void clear() {
        if (held != null) {
            held.close();
            held = null;
        }
    }
}
