package dev.ipgate.auth;

import java.time.Duration;

/**
 * How many wrong passwords one client may send. A client is an IPv4 address or the /64 of an IPv6 address. The first
 * {@code failures} within a window are answered at once, the next {@code failures} after a delay each, and then nothing
 * is checked for the client until the hold is over.
 *
 * @param failures 1 to 1000
 * @param window counted from the first of them; more than 0
 * @param delay 0 for none
 * @param hold more than 0
 */
public record AttemptLimit(int failures, Duration window, Duration delay, Duration hold) {

    private static final int MOST_FAILURES = 1000;
    private static final Duration LONGEST = Duration.ofDays(1);

    /** Five wrong passwords within a minute, then five with a second each, then a minute of 429. */
    public static final AttemptLimit DEFAULT =
            new AttemptLimit(5, Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMinutes(1));

    public AttemptLimit {
        if (failures < 1 || failures > MOST_FAILURES) {
            throw new IllegalArgumentException("failures is " + failures + ", outside 1 to " + MOST_FAILURES);
        }
        require("window", window, window.isZero());
        require("delay", delay, false);
        require("hold", hold, hold.isZero());
    }

    private static void require(String name, Duration duration, boolean zero) {
        if (zero || duration.isNegative() || duration.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(name + " is " + duration + ", outside 0 to a day");
        }
    }
}
