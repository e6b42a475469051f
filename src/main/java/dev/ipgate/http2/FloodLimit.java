package dev.ipgate.http2;

/**
 * Counts what costs us and brings the client nothing: frames without content, and requests that it takes back. Everybody
 * may do some of it, and more the more it does that is of use.
 */
final class FloodLimit {

    private static final int MOST_IDLE = 1000;
    private static final int MOST_RESETS = 200; // a browser takes a whole page back at once
    private static final int IDLE_A_REQUEST = 8;
    private static final int IDLE_A_DATA_FRAME = 3; // a client may open two windows for each, and ask how fast we are
    private static final int IDLE_A_TICK = 5;
    private static final int RESETS_A_TICK = 1;

    private int idle = MOST_IDLE;
    private int resets = MOST_RESETS;

    /** A frame that brings nothing. */
    void idleFrame() throws ConnectionException {
        if (--idle < 0) {
            throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "too many frames that bring nothing");
        }
    }

    /** A request is taken back, or was refused, before its answer was complete. */
    void reset() {
        resets--;
    }

    /** Called before another request is taken. */
    void require() throws ConnectionException {
        if (resets < 0) {
            throw new ConnectionException(ErrorCode.ENHANCE_YOUR_CALM, "too many requests are taken back");
        }
    }

    /** A piece of a body has been received, or sent as large as it was. */
    void dataFrame() {
        idle = Math.min(MOST_IDLE, idle + IDLE_A_DATA_FRAME);
    }

    /** A request has its whole answer. */
    void answered() {
        idle = Math.min(MOST_IDLE, idle + IDLE_A_REQUEST);
        resets = Math.min(MOST_RESETS, resets + 1);
    }

    /** Called a few times a second. */
    void tick() {
        idle = Math.min(MOST_IDLE, idle + IDLE_A_TICK);
        resets = Math.min(MOST_RESETS, resets + RESETS_A_TICK);
    }
}
