package dev.ipgate.tls;

import io.undertow.connector.ByteBufferPool;
import io.undertow.connector.PooledByteBuffer;
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

    static final int NOTHING_YET = -1;

    private static final int ALERT = 21; // the first byte of such a record
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final SSLEngine engine;
    private final ByteBufferPool records;
    private final IncomingRecords in;
    private final OutgoingRecords out;
    private @Nullable PooledByteBuffer
            plain; // what a record held and the reader had no room for; ready to be read from

    private int empty; // records without data since one with data, or since all that we had to say was sent
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
        in = new IncomingRecords(records, source);
        out = new OutgoingRecords(engine, records, sink);
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
            in.shrink();
            part.hold(kept
                    + in.size()
                    + out.size()
                    + (plain == null ? 0 : plain.getBuffer().capacity()));
        }
    }

    /** Whether something can be read that has arrived already, so that no event will tell of it. */
    public boolean hasInput() {
        return plain != null || in.holdsRecord();
    }

    /** Whether anything has arrived that is not read, be it only a part of a record. */
    public boolean holdsInput() {
        return plain != null || !in.isEmpty();
    }

    /** Whether records are made and not sent. */
    boolean hasOutput() {
        return !out.isEmpty();
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
                in.skip();
                return -1;
            }
            if (!in.isEmpty() && isGoodbyeOfTls12(in.bytes())) {
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
                    if (!in.fill()) {
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
        in.clear();
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
            } catch (IOException e) {
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
        requireOpen();
        SSLEngineResult result;
        try {
            result = engine.unwrap(in.bytes(), into);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) { // Conscrypt throws what it does not declare, when a client's certificate is no good
            throw new SSLException("the engine failed: " + e.getMessage(), e);
        }
        in.taken();
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
        in.giveBack(early);
    }

    /**
     * The first byte that the peer has sent, which stays to be read; {@link #NOTHING_YET} if there is none.
     *
     * @throws EOFException if the peer has closed the connection and sent none
     */
    int firstByte() throws IOException {
        if (in.isEmpty()) {
            in.fill();
            count();
        }
        return in.isEmpty() ? NOTHING_YET : in.bytes().get(in.bytes().position()) & 0xFF;
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
            case BUFFER_UNDERFLOW -> in.fill();
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

    /** Makes records of bytes and sends them as far as there is room; returns how many bytes it took. */
    long write(ByteBuffer[] from, int offset, int length) throws IOException {
        long taken = 0;
        while (hasRemaining(from, offset, length) && flush()) {
            requireOpen();
            SSLEngineResult result = out.wrap(from, offset, length);
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

    private SSLEngineResult wrap() throws IOException {
        requireOpen();
        return out.wrap();
    }

    private void requireOpen() throws ClosedChannelException {
        if (freed) {
            throw new ClosedChannelException();
        }
    }

    /** Sends the records that are made; false if there is no room for all. */
    boolean flush() throws IOException {
        boolean all = out.flush();
        count();
        return all;
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
        in.clear();
        out.clear();
        if (plain != null) {
            plain.close();
            plain = null;
        }
        count();
    }
}
