package dev.ipgate.server;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;

/** Times as logs and pages show them, made once a second and not once a request. Safe to share between threads. */
final class LogTime {

    /** In English whatever the machine speaks, since programs read the log. */
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private final ZoneId zone;
    private volatile Second last;

    /**
     * Makes a clock face, which tells no time of its own.
     *
     * @param zone of the combined format; nginx uses the system's
     */
    LogTime(ZoneId zone) {
        this.zone = zone;
        this.last = new Second(0, combinedText(0), isoText(0));
    }

    /** The time as the combined log format has it, brackets included: {@code [23/Nov/2026:21:18:59 +0000]}. */
    String combined(long epochSecond) {
        return second(epochSecond).combined;
    }

    /** The time in UTC: {@code 2026-11-23T21:18:59Z}. */
    String iso(long epochSecond) {
        return second(epochSecond).iso;
    }

    private Second second(long epochSecond) {
        Second second = last;
        if (second.epochSecond != epochSecond) {
            second = new Second(epochSecond, combinedText(epochSecond), isoText(epochSecond));
            last = second;
        }
        return second;
    }

    private String combinedText(long epochSecond) {
        ZonedDateTime time = Instant.ofEpochSecond(epochSecond).atZone(zone);
        int offset = time.getOffset().getTotalSeconds() / 60;
        StringBuilder text = new StringBuilder(28).append('[');
        twoDigits(text, time.getDayOfMonth()).append('/').append(MONTHS[time.getMonthValue() - 1]);
        text.append('/').append(time.getYear());
        clock(text.append(':'), time).append(offset < 0 ? " -" : " +");
        twoDigits(text, Math.abs(offset) / 60);
        return twoDigits(text, Math.abs(offset) % 60).append(']').toString();
    }

    private static String isoText(long epochSecond) {
        ZonedDateTime time = Instant.ofEpochSecond(epochSecond).atZone(ZoneOffset.UTC);
        StringBuilder text = new StringBuilder(20).append(time.getYear()).append('-');
        twoDigits(text, time.getMonthValue()).append('-');
        twoDigits(text, time.getDayOfMonth()).append('T');
        return clock(text, time).append('Z').toString();
    }

    private static StringBuilder clock(StringBuilder text, ZonedDateTime time) {
        twoDigits(text, time.getHour()).append(':');
        twoDigits(text, time.getMinute()).append(':');
        return twoDigits(text, time.getSecond());
    }

    private static StringBuilder twoDigits(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }

    /** One second's texts. */
    private record Second(long epochSecond, String combined, String iso) {}
}
