package dev.ipgate.http2;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;

/**
 * Takes what a client sends apart into frames (RFC 9113 sections 3.4, 4 and 6), in whatever pieces it arrives. Bodies are
 * handed on as they come; of everything else a frame is collected first, and of a head all its frames.
 */
final class FrameInput {

    private static final byte[] PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(US_ASCII);
    /** What HTTP/1.1 takes for a head. */
    static final int PREFACE_HEAD = 18;

    private final FrameHandler handler;
    private final FrameHead frame = new FrameHead();
    private final HeadBlock block;
    private int prefaceAt;
    private boolean begun; // the first frame, which has to be SETTINGS, was there
    private boolean stopped;
    private int complete; // frames, and heads of several frames

    // the present frame's payload
    private final FramePayload payload;
    private int left; // bytes that are missing, padding included
    private int padding = -1; // of DATA; -1 until it is known

    /** @param prefaceAt bytes of the preface that others have read */
    FrameInput(FrameHandler handler, int prefaceAt) {
        this.handler = handler;
        this.prefaceAt = prefaceAt;
        block = new HeadBlock(handler);
        payload = new FramePayload(handler);
    }

    /** Whether something has begun, other than a body, that the rest is owed of. */
    boolean isWithinHead() {
        return block.isUnderWay() || (prefaceAt > 0 && !begun) || (frame.isBegun() && !frame.isData());
    }

    /** Frames and heads that were complete; it changes while there is progress. */
    int complete() {
        return complete;
    }

    /** Takes nothing more. */
    void stop() {
        stopped = true;
        block.clear();
        payload.clear();
        handler.stop();
    }

    /** Takes all bytes. */
    void take(ByteBuffer bytes) throws ConnectionException {
        while (bytes.hasRemaining() && !stopped) {
            if (prefaceAt < PREFACE.length) {
                if (bytes.get() != PREFACE[prefaceAt++]) {
                    throw broken("the preface is not that of HTTP/2");
                }
            } else if (!frame.isComplete()) {
                frame.take(bytes);
                if (frame.isComplete()) {
                    begin();
                    endIfComplete();
                }
            } else {
                if (frame.isData()) {
                    takeBody(bytes);
                } else {
                    takePayload(bytes);
                }
                endIfComplete();
            }
        }
    }

    private void begin() throws ConnectionException {
        left = frame.size();
        padding = -1;
        if (!begun && frame.type() != FrameType.SETTINGS) {
            throw broken("the first frame is not SETTINGS");
        }
        begun = true;
        if (!block.isFollowedBy(frame)) {
            throw broken("the frames of a head do not follow each other");
        }
        frame.check();
        if (frame.isData()) {
            handler.dataBegins(frame.stream(), left);
            if (!frame.has(FrameType.FLAG_PADDED)) {
                padding = 0;
            }
        } else if (frame.type() == FrameType.PRIORITY && left != 5) {
            handler.streamError(frame.stream(), ErrorCode.FRAME_SIZE_ERROR);
        }
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
            handler.data(bytes.limit(end));
            bytes.limit(limit).position(end);
            left -= data;
        } else {
            int skipped = Math.min(bytes.remaining(), left);
            bytes.position(bytes.position() + skipped);
            left -= skipped;
        }
    }

    private void takePayload(ByteBuffer bytes) throws ConnectionException {
        int count = Math.min(bytes.remaining(), left);
        left -= count;
        if (isSkipped()) {
            bytes.position(bytes.position() + count);
        } else {
            payload.add(bytes, count, left == 0);
        }
    }

    private boolean isSkipped() {
        return frame.type() > FrameType.CONTINUATION || frame.type() == FrameType.GOAWAY;
    }

    private void endIfComplete() throws ConnectionException {
        if (left > 0 || stopped) {
            return;
        }
        frame.clear();
        end();
        payload.clear();
        if (!block.isUnderWay()) {
            complete++;
        }
    }

    /** The present frame is complete. */
    private void end() throws ConnectionException {
        int stream = frame.stream();
        switch (frame.type()) {
            case FrameType.DATA -> {
                if (padding < 0) {
                    throw broken("a padded frame without room for the padding's size");
                }
                handler.dataEnds(
                        frame.size(),
                        frame.has(FrameType.FLAG_PADDED) ? padding + 1 : 0,
                        frame.has(FrameType.FLAG_END_STREAM));
            }
            case FrameType.HEADERS -> beginHead(stream);
            case FrameType.CONTINUATION -> {
                handler.continuation();
                block.add(payload.bytes(), 0, payload.size(), frame.has(FrameType.FLAG_END_HEADERS));
            }
            case FrameType.PRIORITY -> {
                if (payload.size() == 5) {
                    handler.priority(stream, payload.number(0) & Integer.MAX_VALUE);
                }
            }
            case FrameType.RST_STREAM -> handler.resetByClient(stream);
            case FrameType.SETTINGS -> settings();
            case FrameType.PING -> handler.ping(payload.bytes(), frame.has(FrameType.FLAG_ACK));
            case FrameType.GOAWAY -> handler.idleFrame();
            case FrameType.WINDOW_UPDATE -> handler.windowUpdate(stream, payload.number(0) & Integer.MAX_VALUE);
            default -> handler.idleFrame();
        }
    }

    private void settings() throws ConnectionException {
        if (frame.has(FrameType.FLAG_ACK)) {
            return;
        }
        ByteBuffer settings = ByteBuffer.wrap(payload.bytes(), 0, payload.size());
        while (settings.hasRemaining()) {
            handler.setting(settings.getShort() & 0xFFFF, settings.getInt());
        }
        handler.settingsEnd();
    }

    private void beginHead(int stream) throws ConnectionException {
        int from = 0;
        int to = payload.size();
        if (frame.has(FrameType.FLAG_PADDED)) {
            requireSize(to > 0);
            to -= payload.bytes()[from++] & 0xFF;
        }
        if (frame.has(FrameType.FLAG_PRIORITY)) {
            requireSize(to - from >= 5 || to < from);
            if (to - from >= 5) {
                handler.checkDependency(stream, payload.number(from) & Integer.MAX_VALUE);
            }
            from += 5;
        }
        if (to < from) {
            throw broken("a frame has more padding than room");
        }
        block.begin(stream, frame.has(FrameType.FLAG_END_STREAM));
        block.add(payload.bytes(), from, to, frame.has(FrameType.FLAG_END_HEADERS));
    }

    private static void requireSize(boolean right) throws ConnectionException {
        if (!right) {
            throw new ConnectionException(ErrorCode.FRAME_SIZE_ERROR, "a frame of the wrong size");
        }
    }

    private static ConnectionException broken(String why) {
        return new ConnectionException(ErrorCode.PROTOCOL_ERROR, why);
    }
}
