package dev.ipgate.tls;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.util.ImmediatePooledByteBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLEngineResult.Status;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.StreamSourceConduit;

/**
 * The TLS of one connection (RFC 8446, RFC 5246), whichever side we are: records in, bytes out, and the other way round.
 * Holds a buffer only while there is something in it. Belongs to the connection's IO thread.
 */
public final class TlsLink {

    /** What the largest record takes, and what the engine asks for. */
    public static final int RECORD_BYTES = 17 * 1024;

    /**
     * Records without data that a peer may send in a row, or while it takes none of ours. Tickets are a few; but each that
     * asks for a new key has an answer, which is kept until there is room for it.
     */
    private static final int MOST_EMPTY = 32;

    /** What a handshake takes of the heap besides what the peer has sent (src/bench/idle --tls --halfway). */
    private static final int HANDSHAKE_BYTES = 12 * 1024;

    /** Up to so many bytes that wait for the rest of their record are better copied than left in a buffer for a record. */
    private static final int LITTLE = 2 * 1024;

    static final int NOTHING_YET = -1;

    private static final int RECORD_HEAD = 5; // bytes, the last two of which are the length of what follows
    private static final int ALERT = 21; // the first of them
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteBufferPool records;
    private final StreamSourceConduit source;
    private final StreamSinkConduit sink;

    // each is null, or ready to be read from
    private @Nullable PooledByteBuffer in; // records as they came
    private @Nullable PooledByteBuffer plain; // what a record held and the reader had no room for
    private @Nullable PooledByteBuffer out; // records that are to be sent

    private int empty; // records without data since one with data, or since all that we had to say was sent
    private boolean starved; // what is in has been looked at, and more must come before it is a record
    private Room.@Nullable Part part;
    private int kept; // bytes that the engine keeps, of a handshake or of messages that are not complete
    private boolean inboundEnded;
    private boolean freed;

    /**
     * Makes a link whose handshake has not begun.
     *
     * @param records gives buffers of {@link #RECORD_BYTES}
     * @param source where records come from
     * @param sink where records go
     */
    public TlsLink(SSLEngine engine, ByteBufferPool records, StreamSourceConduit source, StreamSinkConduit sink) {
        this.engine = engine;
        this.records = records;
        this.source = source;
        this.sink = sink;
    }

    public SSLEngine engine() {
        return engine;
    }

    /** Has what is held from event to event counted from now on. */
    void holdIn(Room.Part counted) {
        part = counted;
    }

    private void count() {
        if (part != null) {
            shrink();
            part.hold(kept + size(in) + size(plain) + size(out));
        }
    }

    private static int size(@Nullable PooledByteBuffer buffer) {
        return buffer == null ? 0 : buffer.getBuffer().capacity();
    }

    /** Whoever has sent only a little of a record does not take the room for a whole one. */
    private void shrink() {
        PooledByteBuffer roomy = in;
        if (roomy != null && isRoomy(roomy) && roomy.getBuffer().remaining() <= LITTLE) {
            in = copy(roomy.getBuffer());
            roomy.close();
        }
    }

    private static boolean isRoomy(PooledByteBuffer buffer) {
        return buffer.getBuffer().capacity() >= RECORD_BYTES;
    }

    private static PooledByteBuffer copy(ByteBuffer bytes) {
        return new ImmediatePooledByteBuffer(
                ByteBuffer.allocate(bytes.remaining()).put(bytes).flip());
    }

    /** Whether something can be read that has arrived already, so that no event will tell of it. */
    public boolean hasInput() {
        return plain != null || (in != null && !starved && holdsRecord(in.getBuffer()));
    }

    private static boolean holdsRecord(ByteBuffer bytes) {
        int at = bytes.position();
        return bytes.remaining() >= RECORD_HEAD
                && bytes.remaining() - RECORD_HEAD >= (bytes.getShort(at + RECORD_HEAD - 2) & 0xFFFF);
    }

    /** Whether anything has arrived that is not read, be it only a part of a record. */
    public boolean holdsInput() {
        return plain != null || in != null;
    }

    /** Whether records are made and not sent. */
    boolean hasOutput() {
        return out != null;
    }

    /**
     * Reads bytes.
     *
     * @return how many; 0 if there are none now, -1 after the peer's close_notify, which may still read
     * @throws EOFException if the connection ends without one: what came may have been cut by anybody; or, where it was read
     *     before, if the connection has ended by now
     */
    int read(ByteBuffer into) throws IOException {
        int read = readRecord(into);
        count();
        if (read > 0 && part != null) {
            part.waitAnew();
        }
        return read;
    }

    private int readRecord(ByteBuffer into) throws IOException {
        while (into.hasRemaining()) {
            if (plain != null) {
                return takePlain(into, plain);
            }
            if (inboundEnded) {
                return readBeyondEnd();
            }
            if (in != null && isGoodbyeOfTls12(in.getBuffer())) {
                endInput();
                return -1;
            }
            int before = into.position();
            SSLEngineResult result = decipher(into);
            if (into.position() > before) {
                if (engine.getHandshakeStatus() != HandshakeStatus.NEED_WRAP) {
                    empty = 0;
                }
                kept = 0;
                return into.position() - before;
            }
            switch (result.getStatus()) {
                case CLOSED -> {
                    endInput();
                    return -1;
                }
                case BUFFER_UNDERFLOW -> {
                    if (!fill()) {
                        return 0;
                    }
                }
                default -> {
                    if (result.bytesConsumed() == 0) {
                        throw new SSLException("the peer wants another handshake"); // and nothing else stops it
                    }
                    kept += result.bytesConsumed(); // it may be a part of a message
                    if (++empty > MOST_EMPTY) {
                        throw new SSLException("the peer sends records without data, again and again");
                    }
                }
            }
        }
        return 0;
    }

    private void endInput() {
        inboundEnded = true;
        in = release(in);
    }

    /** Nothing that comes after close_notify counts (RFC 8446 section 6.1), but whether the connection ends as well. */
    private int readBeyondEnd() throws IOException {
        PooledByteBuffer nothing = records.allocate();
        try {
            if (source.read(nothing.getBuffer()) < 0) {
                throw new EOFException("the connection has ended");
            }
            return -1;
        } finally {
            nothing.close();
        }
    }

    /**
     * Whether a client of TLS 1.2 sends no more. The engine does as RFC 5246 section 7.2.1 says, and would not let us
     * answer any more; as in nginx, who has asked gets an answer. That nobody has signed this record tells nothing
     * more than an end of the connection does: where a message ends says HTTP.
     */
    private boolean isGoodbyeOfTls12(ByteBuffer bytes) {
        return bytes.get(bytes.position()) == ALERT
                && !engine.getUseClientMode()
                && !engine.getSession().getProtocol().equals("TLSv1.3");
    }

    private static int copy(ByteBuffer from, ByteBuffer into) {
        int count = Math.min(from.remaining(), into.remaining());
        into.put(into.position(), from, from.position(), count);
        into.position(into.position() + count);
        from.position(from.position() + count);
        return count;
    }

    private int takePlain(ByteBuffer into, PooledByteBuffer from) {
        int count = copy(from.getBuffer(), into);
        if (!from.getBuffer().hasRemaining()) {
            from.close();
            plain = null;
        }
        return count;
    }

    /** Takes the next record apart, past the room that the reader has if need be. */
    private SSLEngineResult decipher(ByteBuffer into) throws IOException {
        SSLEngineResult result = unwrap(into);
        if (result.getStatus() == Status.BUFFER_OVERFLOW) {
            PooledByteBuffer roomy = records.allocate();
            try {
                result = unwrap(roomy.getBuffer());
            } catch (IOException | RuntimeException e) {
                roomy.close();
                throw e;
            }
            if (roomy.getBuffer().flip().hasRemaining()) {
                plain = roomy;
                takePlain(into, roomy);
            } else {
                roomy.close();
            }
            if (result.getStatus() == Status.BUFFER_OVERFLOW) {
                throw new SSLException("a record is larger than " + RECORD_BYTES + " bytes");
            }
        }
        answer();
        return result;
    }

    private SSLEngineResult unwrap(ByteBuffer into) throws IOException {
        if (freed) {
            throw new ClosedChannelException();
        }
        SSLEngineResult result;
        try {
            result = engine.unwrap(in == null ? NOTHING : in.getBuffer(), into);
        } catch (RuntimeException e) {
            throw new SSLException("the engine failed", e);
        }
        if (in != null && !in.getBuffer().hasRemaining()) {
            in.close();
            in = null;
        }
        return result;
    }

    /** Says what TLS itself has to say after the handshake: a new key of ours, but never another handshake. */
    private void answer() throws IOException {
        while (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP && flush()) {
            if (wrap().bytesProduced() == 0) {
                break;
            }
        }
        flush();
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_TASK) {
            throw new SSLException("the peer wants another handshake");
        }
    }

    /** Takes over what was read of the connection before there was TLS on it. */
    void giveBack(ByteBuffer early) {
        in = copy(early);
    }

    /**
     * The first byte that the peer has sent, which stays to be read; {@link #NOTHING_YET} if there is none.
     *
     * @throws EOFException if the peer has closed the connection and sent none
     */
    int firstByte() throws IOException {
        if (in == null) {
            fill();
            count();
        }
        return in == null ? NOTHING_YET : in.getBuffer().get(in.getBuffer().position()) & 0xFF;
    }

    void beginHandshake() throws SSLException {
        kept = HANDSHAKE_BYTES;
        engine.beginHandshake();
        count();
    }

    /** Deciphers a part of the peer's handshake; false if it has not arrived. */
    boolean readHandshake() throws IOException {
        SSLEngineResult result = unwrap(NOTHING);
        kept += result.bytesConsumed();
        boolean goesOn = switch (result.getStatus()) {
            case OK -> true;
            case BUFFER_UNDERFLOW -> fill();
            case BUFFER_OVERFLOW -> throw new SSLException("data before the handshake is over");
            case CLOSED -> throw new EOFException();
        };
        count();
        return goesOn;
    }

    /** The engine has forgotten what it took for the handshake. */
    void endHandshake() {
        kept = 0;
        if (part != null) {
            part.arrive();
        }
        count();
    }

    /** Reads on from the connection; false if nothing has come. */
    private boolean fill() throws IOException {
        PooledByteBuffer filling = in;
        if (filling == null) {
            filling = records.allocate();
        } else if (isRoomy(filling)) {
            filling.getBuffer().compact();
        } else {
            PooledByteBuffer little = filling;
            filling = records.allocate();
            filling.getBuffer().put(little.getBuffer());
            little.close();
        }
        in = null;
        starved = true;
        int read;
        try {
            if (!filling.getBuffer().hasRemaining()) {
                throw new SSLException("a record is larger than " + RECORD_BYTES + " bytes");
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
            in = filling;
        } else {
            filling.close();
        }
        starved = read == 0;
        return read > 0;
    }

    /** Makes records of bytes and sends them as far as there is room; returns how many bytes it took. */
    long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long taken = 0;
        while (hasRemaining(from, offset, length) && flush()) {
            SSLEngineResult result = wrap(from, offset, length);
            taken += result.bytesConsumed();
            if (result.getStatus() != Status.OK || (result.bytesConsumed() == 0 && result.bytesProduced() == 0)) {
                throw new ClosedChannelException();
            }
        }
        flush();
        count();
        return taken;
    }

    private static boolean hasRemaining(ByteBuffer[] buffers, int offset, int length) {
        for (int i = offset; i < offset + length; i++) {
            if (buffers[i].hasRemaining()) {
                return true;
            }
        }
        return false;
    }

    /** Makes a record of what TLS itself has to say, in the handshake. Call {@link #flush} before, and after. */
    void wrapHandshake() throws IOException {
        boolean silent = wrap().bytesProduced() == 0;
        if (silent && engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            throw new SSLException("TLS is stuck: it has something to say and does not say it");
        }
    }

    /** Makes a record of what TLS itself has to say, if it has. */
    private SSLEngineResult wrap() throws IOException {
        return wrap(new ByteBuffer[] {NOTHING}, 0, 1);
    }

    private SSLEngineResult wrap(ByteBuffer[] from, int offset, int length) throws IOException {
        if (freed) {
            throw new ClosedChannelException();
        }
        PooledByteBuffer record = records.allocate();
        SSLEngineResult result;
        try {
            result = engine.wrap(from, offset, length, record.getBuffer());
        } catch (IOException e) {
            record.close();
            throw e;
        } catch (RuntimeException e) {
            record.close();
            throw new SSLException("the engine failed", e);
        }
        if (record.getBuffer().flip().hasRemaining()) {
            out = record;
        } else {
            record.close();
        }
        return result;
    }

    /** Sends the records that are made; false if there is no room for all. */
    boolean flush() throws IOException {
        if (out == null) {
            return true;
        }
        ByteBuffer record = out.getBuffer();
        while (record.hasRemaining()) {
            if (sink.write(record) == 0) {
                count();
                return false;
            }
        }
        out.close();
        out = null;
        count();
        return true;
    }

    /** Sends close_notify behind everything else; false if there is no room, then call again. */
    boolean endOutput() throws IOException {
        engine.closeOutbound();
        while (flush()) {
            if (engine.isOutboundDone()) {
                return true;
            }
            if (wrap().bytesProduced() == 0) {
                return flush();
            }
        }
        return false;
    }

    /** Says goodbye, or what went wrong, as far as that is possible at once, and frees the buffers. */
    public void close() {
        try {
            if (!freed) {
                endOutput();
            }
        } catch (IOException e) {
            // it was a courtesy
        }
        free();
    }

    /** Frees the buffers; nothing can be read or written afterwards. */
    public void free() {
        freed = true;
        kept = 0;
        in = release(in);
        plain = release(plain);
        out = release(out);
        count();
    }

    private static @Nullable PooledByteBuffer release(@Nullable PooledByteBuffer buffer) {
        if (buffer != null) {
            buffer.close();
        }
        return null;
    }
}
