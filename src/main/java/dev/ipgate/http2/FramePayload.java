package dev.ipgate.http2;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A frame's payload that is looked at when it has arrived whole. Until then it counts among the bytes that strangers may
 * have us hold; and it takes no more room than has arrived, or twice as much.
 */
final class FramePayload {

    private static final int KEPT = 512; // bytes, for the next frame; an idle connection holds no more
    private static final byte[] NOTHING = {};

    private final FrameHandler handler;
    private byte[] bytes = NOTHING;
    private int filled;
    private int held;

    FramePayload(FrameHandler handler) {
        this.handler = handler;
    }

    /**
     * Takes what has arrived.
     *
     * @param last whether it is complete then
     * @throws ConnectionException if there is no room for half a frame
     */
    void add(ByteBuffer from, int count, boolean last) throws ConnectionException {
        int size = filled + count;
        if (bytes.length < size) {
            bytes = Arrays.copyOf(bytes, last ? size : Math.max(size, 2 * bytes.length));
        }
        from.get(bytes, filled, count);
        filled = size;
        if (last) {
            return;
        }
        boolean fits = handler.hold(bytes.length - held);
        held = bytes.length; // be it in vain
        if (!fits) {
            throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "there is no room for half a frame");
        }
    }

    /** The bytes, from the first on; good until {@link #clear}. */
    byte[] bytes() {
        return bytes;
    }

    int size() {
        return filled;
    }

    /** The number at that place. */
    int number(int at) {
        return ByteBuffer.wrap(bytes).getInt(at);
    }

    /** Forgets it; the next begins. */
    void clear() {
        handler.hold(-held);
        held = 0;
        filled = 0;
        if (bytes.length > KEPT) {
            bytes = NOTHING;
        }
    }
}
