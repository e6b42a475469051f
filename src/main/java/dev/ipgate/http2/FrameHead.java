package dev.ipgate.http2;

import java.nio.ByteBuffer;

/** The nine bytes in front of a frame's payload, and what can be wrong with a frame before any of that (RFC 9113 section 4.1). */
final class FrameHead {

    private static final int MOST_SETTINGS = 64; // the protocol has six

    private final byte[] bytes = new byte[FrameType.HEAD_BYTES];
    private int filled;

    /** Forgets it; the next begins. */
    void clear() {
        filled = 0;
    }

    boolean isBegun() {
        return filled > 0;
    }

    boolean isComplete() {
        return filled == FrameType.HEAD_BYTES;
    }

    /** Takes what is missing, as far as it has arrived. */
    void take(ByteBuffer from) {
        int count = Math.min(from.remaining(), FrameType.HEAD_BYTES - filled);
        from.get(bytes, filled, count);
        filled += count;
    }

    // ---- what it says, when it is complete --------------------------------------------------------------------------

    /** Bytes of the payload, padding included. */
    int size() {
        return ((bytes[0] & 0xFF) << 16) | ((bytes[1] & 0xFF) << 8) | (bytes[2] & 0xFF);
    }

    /** One of {@link FrameType}, or of an extension. */
    int type() {
        return bytes[3] & 0xFF;
    }

    boolean has(int flag) {
        return (bytes[4] & flag) != 0;
    }

    /** 0 for the connection. */
    int stream() {
        return ByteBuffer.wrap(bytes).getInt(5) & Integer.MAX_VALUE;
    }

    /** Whether it speaks of a body, which is handed on as it comes. */
    boolean isData() {
        return isComplete() && type() == FrameType.DATA;
    }

    // ---- what is wrong with it --------------------------------------------------------------------------------------

    /**
     * Judges it by itself.
     *
     * @throws ConnectionException if its size or its stream is not what such a frame has
     */
    void check() throws ConnectionException {
        if (size() > FrameType.LARGEST) {
            throw new ConnectionException(ErrorCode.FRAME_SIZE_ERROR, "a frame is larger than agreed");
        }
        switch (type()) {
            case FrameType.DATA, FrameType.HEADERS, FrameType.CONTINUATION, FrameType.PRIORITY -> requireStream();
            case FrameType.RST_STREAM -> {
                requireStream();
                requireSize(size() == 4);
            }
            case FrameType.SETTINGS -> {
                requireNoStream();
                requireSize(has(FrameType.FLAG_ACK) ? size() == 0 : size() % 6 == 0);
                if (size() > 6 * MOST_SETTINGS) {
                    throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "too many settings");
                }
            }
            case FrameType.PUSH_PROMISE -> throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a client pushes");
            case FrameType.PING -> {
                requireNoStream();
                requireSize(size() == 8);
            }
            case FrameType.GOAWAY -> {
                requireNoStream();
                requireSize(size() >= 8);
            }
            case FrameType.WINDOW_UPDATE -> requireSize(size() == 4);
            default -> {} // an extension that nobody has agreed on
        }
    }

    private void requireStream() throws ConnectionException {
        if (stream() == 0) {
            throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a frame that belongs to a stream names none");
        }
    }

    private void requireNoStream() throws ConnectionException {
        if (stream() != 0) {
            throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a frame that belongs to no stream names one");
        }
    }

    private static void requireSize(boolean right) throws ConnectionException {
        if (!right) {
            throw new ConnectionException(ErrorCode.FRAME_SIZE_ERROR, "a frame of the wrong size");
        }
    }
}
