package dev.ipgate.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Takes what a client sends apart into frames (RFC 9113 sections 3.4, 4 and 6), in whatever pieces it arrives. Bodies are
 * handed on as they come; of everything else a frame is collected first, and of a head all its frames.
 */
final class FrameInput {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    /** What HTTP/1.1 takes for a head. */
    static final int PREFACE_HEAD = 18;

    private static final int MOST_SETTINGS = 64; // the protocol has six
    private static final int KEPT = 512; // bytes, for the next frame or head; an idle connection holds no more
    private static final byte[] NOTHING = {};

    private final Streams streams;
    private int prefaceAt;
    private boolean begun; // the first frame, which has to be SETTINGS, was there
    private boolean stopped;
    private int complete; // frames, and heads of several frames

    // the present frame
    private final byte[] head = new byte[FrameType.HEAD_BYTES];
    private int headFilled;
    private int type;
    private int flags;
    private int stream;
    private int left; // bytes of its payload, padding included
    private int padding = -1; // of DATA; -1 until it is known
    private byte[] payload = NOTHING;
    private int payloadFilled;

    // the head that is being collected
    private int headStream; // 0 if none is
    private boolean headEndsStream;
    private byte[] block = NOTHING;
    private int blockFilled;

    /** @param prefaceAt bytes of the preface that others have read */
    FrameInput(Streams streams, int prefaceAt) {
        this.streams = streams;
        this.prefaceAt = prefaceAt;
    }

    /** Whether something has begun, other than a body, that the rest is owed of. */
    boolean isWithinHead() {
        return headStream != 0 || (prefaceAt > 0 && !begun) || (headFilled > 0 && !isBody());
    }

    private boolean isBody() {
        return headFilled == FrameType.HEAD_BYTES && type == FrameType.DATA;
    }

    /** Frames and heads that were complete; it changes while there is progress. */
    int complete() {
        return complete;
    }

    /** Takes nothing more. */
    void stop() {
        stopped = true;
        release();
        payload = NOTHING;
        block = NOTHING;
    }

    /** Takes all bytes. */
    void take(ByteBuffer bytes) throws ConnectionException {
        while (bytes.hasRemaining() && !stopped) {
            if (prefaceAt < PREFACE.length) {
                if (bytes.get() != PREFACE[prefaceAt++]) {
                    throw broken("the preface is not that of HTTP/2");
                }
            } else if (headFilled < FrameType.HEAD_BYTES) {
                int count = Math.min(bytes.remaining(), FrameType.HEAD_BYTES - headFilled);
                bytes.get(head, headFilled, count);
                headFilled += count;
                if (headFilled == FrameType.HEAD_BYTES) {
                    begin();
                    endIfComplete();
                }
            } else {
                if (type == FrameType.DATA) {
                    takeBody(bytes);
                } else {
                    takePayload(bytes);
                }
                endIfComplete();
            }
        }
    }

    private void begin() throws ConnectionException {
        left = payloadSize();
        type = head[3] & 0xFF;
        flags = head[4] & 0xFF;
        stream = getInt(head, 5) & Integer.MAX_VALUE;
        payloadFilled = 0;
        padding = -1;
        if (left > FrameType.LARGEST) {
            throw new ConnectionException(ErrorCode.FRAME_SIZE_ERROR, "a frame is larger than agreed");
        }
        if (!begun && type != FrameType.SETTINGS) {
            throw broken("the first frame is not SETTINGS");
        }
        begun = true;
        if (headStream != 0 ? type != FrameType.CONTINUATION || stream != headStream : type == FrameType.CONTINUATION) {
            throw broken("the frames of a head do not follow each other");
        }
        switch (type) {
            case FrameType.DATA -> {
                requireStream();
                streams.dataBegins(stream, left);
                if (!has(FrameType.FLAG_PADDED)) {
                    padding = 0;
                }
            }
            case FrameType.HEADERS, FrameType.CONTINUATION -> requireStream();
            case FrameType.PRIORITY -> {
                requireStream();
                if (left != 5) {
                    streams.streamError(stream, ErrorCode.FRAME_SIZE_ERROR);
                }
            }
            case FrameType.RST_STREAM -> {
                requireStream();
                requireSize(left == 4);
            }
            case FrameType.SETTINGS -> {
                requireNoStream();
                requireSize(has(FrameType.FLAG_ACK) ? left == 0 : left % 6 == 0);
                if (left > 6 * MOST_SETTINGS) {
                    throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "too many settings");
                }
            }
            case FrameType.PUSH_PROMISE -> throw broken("a client pushes");
            case FrameType.PING -> {
                requireNoStream();
                requireSize(left == 8);
            }
            case FrameType.GOAWAY -> {
                requireNoStream();
                requireSize(left >= 8);
            }
            case FrameType.WINDOW_UPDATE -> requireSize(left == 4);
            default -> {} // an extension that nobody has agreed on
        }
    }

    private void requireStream() throws ConnectionException {
        if (stream == 0) {
            throw broken("a frame that belongs to a stream names none");
        }
    }

    private void requireNoStream() throws ConnectionException {
        if (stream != 0) {
            throw broken("a frame that belongs to no stream names one");
        }
    }

    private static void requireSize(boolean right) throws ConnectionException {
        if (!right) {
            throw new ConnectionException(ErrorCode.FRAME_SIZE_ERROR, "a frame of the wrong size");
        }
    }

    private boolean has(int flag) {
        return (flags & flag) != 0;
    }

    private void takeBody(ByteBuffer bytes) throws ConnectionException {
        if (padding < 0) {
            padding = bytes.get() & 0xFF;
            left--;
            if (padding > left) {
                throw broken("a frame has more padding than room");
            }
            return;
        }
        int data = Math.min(bytes.remaining(), left - padding);
        if (data > 0) {
            int limit = bytes.limit();
            int end = bytes.position() + data;
            streams.data(bytes.limit(end));
            bytes.limit(limit).position(end);
            left -= data;
        } else {
            int skipped = Math.min(bytes.remaining(), left);
            bytes.position(bytes.position() + skipped);
            left -= skipped;
        }
    }

    private void takePayload(ByteBuffer bytes) {
        int count = Math.min(bytes.remaining(), left);
        left -= count;
        if (isSkipped()) {
            bytes.position(bytes.position() + count);
            return;
        }
        int needed = payloadFilled + count + left;
        if (payload.length < needed) {
            payload = Arrays.copyOf(payload, needed);
        }
        bytes.get(payload, payloadFilled, count);
        payloadFilled += count;
    }

    private boolean isSkipped() {
        return type > FrameType.CONTINUATION || type == FrameType.GOAWAY;
    }

    private void endIfComplete() throws ConnectionException {
        if (left > 0 || stopped) {
            return;
        }
        headFilled = 0;
        switch (type) {
            case FrameType.DATA -> {
                if (padding < 0) {
                    throw broken("a padded frame without room for the padding's size");
                }
                streams.dataEnds(
                        payloadSize(), has(FrameType.FLAG_PADDED) ? padding + 1 : 0, has(FrameType.FLAG_END_STREAM));
            }
            case FrameType.HEADERS -> beginHead();
            case FrameType.CONTINUATION -> {
                streams.continuation();
                collect(0, payloadFilled);
            }
            case FrameType.PRIORITY -> {
                if (payloadFilled == 5) {
                    streams.priority(stream, getInt(payload, 0) & Integer.MAX_VALUE);
                }
            }
            case FrameType.RST_STREAM -> streams.resetByClient(stream);
            case FrameType.SETTINGS -> settings();
            case FrameType.PING -> streams.ping(payload, has(FrameType.FLAG_ACK));
            case FrameType.GOAWAY -> streams.idleFrame();
            case FrameType.WINDOW_UPDATE -> streams.windowUpdate(stream, getInt(payload, 0) & Integer.MAX_VALUE);
            default -> streams.idleFrame();
        }
        if (payload.length > KEPT) {
            payload = NOTHING;
        }
        if (headStream == 0) {
            complete++;
        }
    }

    private int payloadSize() {
        return ((head[0] & 0xFF) << 16) | ((head[1] & 0xFF) << 8) | (head[2] & 0xFF);
    }

    private void settings() throws ConnectionException {
        if (has(FrameType.FLAG_ACK)) {
            return;
        }
        for (int at = 0; at < payloadFilled; at += 6) {
            streams.setting(((payload[at] & 0xFF) << 8) | (payload[at + 1] & 0xFF), getInt(payload, at + 2));
        }
        streams.settingsEnd();
    }

    private void beginHead() throws ConnectionException {
        int from = 0;
        int to = payloadFilled;
        if (has(FrameType.FLAG_PADDED)) {
            requireSize(to > 0);
            to -= payload[from++] & 0xFF;
        }
        if (has(FrameType.FLAG_PRIORITY)) {
            requireSize(to - from >= 5 || to < from);
            if (to - from >= 5) {
                streams.checkDependency(stream, getInt(payload, from) & Integer.MAX_VALUE);
            }
            from += 5;
        }
        if (to < from) {
            throw broken("a frame has more padding than room");
        }
        headStream = stream;
        headEndsStream = has(FrameType.FLAG_END_STREAM);
        blockFilled = 0;
        collect(from, to);
    }

    private void collect(int from, int to) throws ConnectionException {
        if (!has(FrameType.FLAG_END_HEADERS) || blockFilled > 0) {
            append(from, to);
            if (!has(FrameType.FLAG_END_HEADERS)) {
                return;
            }
        }
        int complete = headStream;
        headStream = 0;
        if (blockFilled > 0) {
            streams.headers(complete, block, 0, blockFilled, headEndsStream);
        } else {
            streams.headers(complete, payload, from, to, headEndsStream);
        }
        release();
        if (block.length > KEPT) {
            block = NOTHING;
        }
    }

    private void append(int from, int to) throws ConnectionException {
        int size = blockFilled + to - from;
        boolean fits = streams.hold(to - from);
        blockFilled = size; // held, be it in vain
        if (!fits || size > streams.mostHeadBytes()) {
            throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "a head is too large to be read");
        }
        if (block.length < size) {
            block = Arrays.copyOf(block, Math.max(size, 2 * block.length));
        }
        System.arraycopy(payload, from, block, size - to + from, to - from);
    }

    private void release() {
        streams.hold(-blockFilled);
        blockFilled = 0;
    }

    private static int getInt(byte[] bytes, int at) {
        return (bytes[at] << 24)
                | ((bytes[at + 1] & 0xFF) << 16)
                | ((bytes[at + 2] & 0xFF) << 8)
                | (bytes[at + 3] & 0xFF);
    }

    private static ConnectionException broken(String why) {
        return new ConnectionException(ErrorCode.PROTOCOL_ERROR, why);
    }
}
