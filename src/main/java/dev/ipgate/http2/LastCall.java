package dev.ipgate.http2;

/**
 * How a connection takes its leave: in two steps, so that what the client has sent before it knows is still served
 * (RFC 9113 section 6.8). The answer to a PING tells that it knows.
 */
final class LastCall {

    private static final long NANOS = 1_000_000_000L; // for the client to answer
    private static final byte[] PAYLOAD = {'l', 'e', 'a', 'v', 'i', 'n', 'g', 0};

    private final FrameOutput output;
    private boolean begun;
    private boolean over;
    private long until; // on the nanosecond clock

    LastCall(FrameOutput output) {
        this.output = output;
    }

    boolean isBegun() {
        return begun;
    }

    /** Whether no request is served that arrives from now on. */
    boolean isOver() {
        return over;
    }

    /** Whether the client has had the time to answer, and the call is to be over. */
    boolean isDue(long now) {
        return begun && !over && now - until >= 0;
    }

    void begin() {
        begun = true;
        until = System.nanoTime() + NANOS;
        output.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
        output.ping(PAYLOAD, 0);
    }

    /** @param last the last stream that is served */
    void end(int last) {
        over = true;
        output.goAway(last, ErrorCode.NO_ERROR);
    }
}
