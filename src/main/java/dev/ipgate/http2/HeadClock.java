package dev.ipgate.http2;

import java.time.Duration;

/** How long a client has been at the frame or the head that it has begun. */
final class HeadClock {

    private final FrameInput input;
    private int seen; // what the input had completed when the present head was seen first
    private long since; // on the nanosecond clock; 0 if none is being received

    HeadClock(FrameInput input) {
        this.input = input;
    }

    /** Whether it takes longer than that. Asked a few times a second, which is how exactly it tells. */
    boolean isLate(long now, Duration limit) {
        if (!input.isWithinHead()) {
            since = 0;
            return false;
        }
        if (since == 0 || seen != input.complete()) {
            seen = input.complete();
            since = now;
        }
        return now - since > limit.toNanos();
    }
}
