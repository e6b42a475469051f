package dev.ipgate.http2;

import java.util.Arrays;

/**
 * A head whose frames are being collected (RFC 9113 section 4.3). What it keeps counts among the bytes that strangers may
 * have us hold. Of a head in one frame, which most are, nothing is kept.
 */
final class HeadBlock {

    private static final int KEPT = 512; // bytes, for the next; an idle connection holds no more
    private static final byte[] NOTHING = {};

    private final FrameHandler handler;
    private int stream; // 0 if no head is under way
    private boolean endsStream;
    private byte[] block = NOTHING;
    private int filled;

    HeadBlock(FrameHandler handler) {
        this.handler = handler;
    }

    /** Whether frames of a head are missing. */
    boolean isUnderWay() {
        return stream != 0;
    }

    /** Whether the frame goes on with the head that is under way, or, if none is, does not claim to. */
    boolean isFollowedBy(FrameHead frame) {
        return isUnderWay()
                ? frame.type() == FrameType.CONTINUATION && frame.stream() == stream
                : frame.type() != FrameType.CONTINUATION;
    }

    /** A head begins, whose first bytes are to be added. */
    void begin(int ofStream, boolean endingIt) {
        stream = ofStream;
        endsStream = endingIt;
    }

    /**
     * Takes a frame's bytes, and hands the head on if they are the last.
     *
     * @throws ConnectionException if it is too large, or there is no room for it, or what it means ends the connection
     */
    void add(byte[] from, int start, int end, boolean last) throws ConnectionException {
        if (!last || filled > 0) {
            append(from, start, end);
        }
        if (!last) {
            return;
        }
        int complete = stream;
        stream = 0;
        if (filled > 0) {
            handler.headers(complete, block, 0, filled, endsStream);
        } else {
            handler.headers(complete, from, start, end, endsStream);
        }
        release();
        if (block.length > KEPT) {
            block = NOTHING;
        }
    }

    private void append(byte[] from, int start, int end) throws ConnectionException {
        int size = filled + end - start;
        boolean fits = handler.hold(end - start);
        filled = size; // held, be it in vain
        if (!fits || size > handler.mostHeadBytes()) {
            throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "a head is too large to be read");
        }
        if (block.length < size) {
            block = Arrays.copyOf(block, Math.max(size, 2 * block.length));
        }
        System.arraycopy(from, start, block, size - end + start, end - start);
    }

    /** Throws away what there is. */
    void clear() {
        release();
        block = NOTHING;
    }

    private void release() {
        handler.hold(-filled);
        filled = 0;
    }
}
