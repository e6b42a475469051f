package dev.ipgate.http;

import dev.ipgate.eventloop.LoopClock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** The time of day as a Date header has it (RFC 9110 section 5.6.7), made once a second. For one thread. */
final class HttpDate {

    private static final DateTimeFormatter IMF_FIXDATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM uuuu HH:mm:ss 'GMT'", Locale.ROOT);

    private long second = Long.MIN_VALUE;
    private String text = "";

    String now() {
        long now = LoopClock.currentTimeMillis() / 1000;
        if (now != second) {
            second = now;
            text = IMF_FIXDATE.format(Instant.ofEpochSecond(now).atOffset(ZoneOffset.UTC));
        }
        return text;
    }
}
