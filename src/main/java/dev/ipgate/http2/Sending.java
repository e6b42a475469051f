package dev.ipgate.http2;

import dev.ipgate.http.IoContext;
import java.nio.ByteBuffer;
import java.util.LinkedHashSet;
import java.util.Set;

/** What the streams of one connection have to share: its windows, both ways, and the room for what waits to go out. */
final class Sending {

    static final int DEFAULT_WINDOW = 65_535; // RFC 9113 section 6.9.2

    /** Bytes of all bodies that a client may send before anybody has read them, once somebody reads. */
    private static final int WINDOW = 1024 * 1024;

    private final IoContext context;
    private final HpackEncoder encoder;
    private final FrameOutput output;
    private final FloodLimit flood;
    private final Runnable flushSoon;
    private final Set<Http2Stream> blocked = new LinkedHashSet<>(); // by the connection, not by their own windows
    private long sendWindow = DEFAULT_WINDOW;
    private int receiveWindow = DEFAULT_WINDOW;
    private int widest = DEFAULT_WINDOW; // of the above
    private int refunded;
    private boolean firstBlock = true;

    /** @param flushSoon has the output sent within this turn of the IO thread */
    Sending(Http2Context context, FrameOutput output, FloodLimit flood, Runnable flushSoon) {
        this.context = context.io();
        this.encoder = context.encoder();
        this.output = output;
        this.flood = flood;
        this.flushSoon = flushSoon;
    }

    /** The value of a Date header. */
    String date() {
        return context.date();
    }

    // ---- what streams send ------------------------------------------------------------------------------------------

    /** A block that is to be sent before another is begun. */
    HpackEncoder encoder() {
        return encoder.start(firstBlock);
    }

    void headers(int id, HpackEncoder block, boolean endsStream) {
        firstBlock = false;
        output.headers(id, block.bytes(), block.length(), endsStream);
        flushSoon.run();
    }

    /** Bytes of a body that may be sent now. */
    long bodyRoom() {
        return Math.min(sendWindow, output.room());
    }

    /** @param useful whether the client may ask for more at its leisure; else it has asked for crumbs */
    void data(int id, ByteBuffer body, int size, boolean endsStream, boolean useful) {
        sendWindow -= size;
        output.data(id, body, size, endsStream);
        if (useful && size > 0) {
            flood.dataFrame();
        }
        flushSoon.run();
    }

    void windowUpdate(int id, int increment) {
        output.windowUpdate(id, increment);
        flushSoon.run();
    }

    /** Lets the client send so many bytes more on this connection, once it is worth a frame. */
    void refund(int bytes) {
        refunded += bytes;
        if (refunded >= widest / 2) {
            receiveWindow += refunded;
            windowUpdate(0, refunded);
            refunded = 0;
        }
    }

    /**
     * Somebody reads a body: unless memory is short, the client may send as much as a fast and distant one needs. Not before,
     * since anybody can open a stream, and have a password looked at.
     *
     * @return false if memory is short
     */
    boolean widenWindow() {
        if (!isRoomy()) {
            return false;
        }
        if (widest < WINDOW) {
            refunded += WINDOW - widest;
            widest = WINDOW;
            refund(0);
        }
        return true;
    }

    /** Takes memory for what nobody has read, or gives it back. */
    void hold(int bytes) {
        context.hold(bytes);
    }

    /** Whether there is memory for what nobody has read. */
    boolean isRoomy() {
        return context.isRoomy();
    }

    /** The stream has something to send, and the connection no room. */
    void awaitRoom(Http2Stream stream) {
        blocked.add(stream);
    }

    /** Each in its turn: who has been served comes last. */
    void wakeBlocked() {
        for (int left = blocked.size(); left > 0 && !blocked.isEmpty() && bodyRoom() > 0; left--) {
            Http2Stream first = blocked.iterator().next();
            blocked.remove(first);
            first.wakeWriter();
        }
    }

    /** The stream is closed. */
    void forget(Http2Stream stream) {
        blocked.remove(stream);
    }

    void reset(int id, int code) {
        output.reset(id, code);
        flushSoon.run();
    }

    // ---- windows ----------------------------------------------------------------------------------------------------

    /** The client takes so many bytes more. */
    void widen(int bytes) throws ConnectionException {
        sendWindow += bytes;
        if (sendWindow > Integer.MAX_VALUE) {
            throw new ConnectionException(ErrorCode.FLOW_CONTROL_ERROR, "a window larger than can be counted");
        }
        wakeBlocked();
    }

    /** The client sends so many bytes. */
    void takeWindow(int bytes) throws ConnectionException {
        receiveWindow -= bytes;
        if (receiveWindow < 0) {
            throw new ConnectionException(ErrorCode.FLOW_CONTROL_ERROR, "more bytes than the connection's window");
        }
    }
}
