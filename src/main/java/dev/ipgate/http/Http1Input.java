package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * What a client sends: heads, the bytes of bodies as they stand, and what came early and waits for its turn. For one IO
 * thread.
 */
final class Http1Input {

    /*
     * All connections of an IO thread read their heads into one buffer, in turn. What is left there when the turn ends
     * moves to a buffer of its own size: ten thousand clients that drip their heads take the room of what they have
     * sent, and not a buffer each; and only so much in all, see IoContext.
     */

    /** How far a head has come. */
    enum Head {
        INCOMPLETE,
        /** The IO thread's reader has it. */
        COMPLETE,
        /** Larger than a head may be; thrown away. */
        TOO_LARGE,
        /** The client sends no more. */
        ENDED
    }

    private static final int LEAST_ROOM = 1024; // for the rest of a head

    private final StreamSourceConduit source;
    private final IoContext context;
    private @Nullable ByteBuffer early; // what was read and nobody has taken, from its position to its limit
    private int searched; // bytes of it that hold no end of a head

    Http1Input(StreamSourceConduit source, IoContext context) {
        this.source = source;
        this.context = context;
    }

    /** Whether nothing was read that nobody has taken. */
    boolean isEmpty() {
        return early == null;
    }

    /** Whether there are bytes in which the end of a head may be found without reading more. */
    boolean mayHoldHead() {
        return early != null && searched < early.remaining();
    }

    /**
     * Looks for the end of a head, in what is there and then in what can be read.
     *
     * @param most bytes that a head may have
     * @param reads whether to read; else what is there has to do
     * @throws MalformedMessageException if this is no head; all that was read is thrown away
     * @throws IOException if the client is gone
     */
    Head readHead(int most, boolean reads) throws IOException {
        ByteBuffer buffer = filling();
        boolean drained = !reads;
        while (true) {
            if (searched < buffer.position()) {
                int end = find(buffer);
                if (end > most || (end < 0 && searched > most)) {
                    clear();
                    return Head.TOO_LARGE;
                }
                if (end > 0) {
                    searched = 0;
                    keep(buffer.flip().position(end));
                    return Head.COMPLETE;
                }
            }
            if (drained) {
                keep(buffer.flip());
                return Head.INCOMPLETE;
            }
            if (!buffer.hasRemaining()) {
                buffer = enlarged(buffer);
            }
            int room = buffer.remaining();
            int read = source.read(buffer);
            if (read < 0) {
                clear();
                return Head.ENDED;
            }
            drained = read < room; // and would only be told so by another read
        }
    }

    /** A buffer that holds what is there, from 0 to its position, and has room for more, mostly. */
    private ByteBuffer filling() {
        return early == null ? context.input() : early.compact();
    }

    private int find(ByteBuffer buffer) throws MalformedMessageException {
        try {
            HeadReader.require(searched > 0 || mayBegin(buffer.get(0)), "it does not begin as an HTTP request does");
            int end = context.heads().find(buffer, searched);
            searched = buffer.position();
            return end;
        } catch (MalformedMessageException e) {
            clear();
            throw e;
        }
    }

    private static boolean mayBegin(byte first) {
        return HeadReader.isToken(first) || first == '\r';
    }

    private static ByteBuffer enlarged(ByteBuffer full) {
        int size = Math.max(LEAST_ROOM, 4 * full.capacity()); // the limit for heads bounds how often
        return ByteBuffer.allocate(size).put(full.flip());
    }

    /**
     * Keeps what is left in a buffer, which may be the one that all share.
     *
     * @throws IOException if there is no room for it; nothing is kept
     */
    private void keep(ByteBuffer left) throws IOException {
        if (!left.hasRemaining()) {
            hold(null); // an idle connection holds no buffer
        } else if (left.isDirect()) { // as the one that all share is
            hold(ByteBuffer.allocate(left.remaining()).put(left).flip());
        } else {
            hold(left);
        }
    }

    // The same buffer, whatever is in it.
    @SuppressWarnings("ReferenceEquality")
    private void hold(@Nullable ByteBuffer next) throws IOException {
        if (next == early) {
            return;
        }
        int more = (next == null ? 0 : next.capacity()) - (early == null ? 0 : early.capacity());
        early = next;
        if (!context.hold(more)) {
            clear();
            throw new IOException("what clients have sent too early fills the room there is for it");
        }
    }

    /** Reads bytes as they stand, those that came early first; 0 if there are none for now, -1 after the last. */
    int read(ByteBuffer to) throws IOException {
        ByteBuffer bytes = early;
        if (bytes == null) {
            return source.read(to);
        }
        int count = Math.min(bytes.remaining(), to.remaining());
        to.put(to.position(), bytes, bytes.position(), count);
        to.position(to.position() + count);
        keep(bytes.position(bytes.position() + count));
        return count;
    }

    /** Reads what nobody wants yet, and keeps it; 0 if there is nothing for now, -1 at the end. */
    int readAhead() throws IOException {
        ByteBuffer buffer = context.input();
        int read = source.read(buffer);
        if (read > 0) {
            keep(buffer.flip());
        }
        return read;
    }

    /** Reads what nobody wants at all. */
    int discard() throws IOException {
        return source.read(context.input());
    }

    /** Takes back what was read too far, before whatever else there is; the bytes stay the caller's. */
    void giveBack(ByteBuffer bytes) throws IOException {
        ByteBuffer rest = early == null ? ByteBuffer.allocate(0) : early;
        keep(ByteBuffer.allocate(bytes.remaining() + rest.remaining())
                .put(bytes)
                .put(rest)
                .flip());
    }

    /** What was read and nobody has taken, which is the caller's from now on, or null. */
    @Nullable
    ByteBuffer takeEarly() {
        ByteBuffer taken = early;
        clear();
        return taken;
    }

    /** Throws away what was read. */
    void clear() {
        if (early != null) {
            context.hold(-early.capacity());
        }
        early = null;
        searched = 0;
    }
}
