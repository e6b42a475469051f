package dev.ipgate.config;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Points in time: {@code 2026-12-31}, which is the end of that day in UTC, or {@code 2026-12-31T23:59Z} (RFC 3339). */
final class Instants {

    private static final Pattern FORM = Pattern.compile("(?<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
            + "(?:[Tt ](?<time>[0-9]{2}:[0-9]{2}(?::[0-9]{2})?) ?(?<zone>[Zz]|[+-][0-9]{2}:?[0-9]{2})?)?");

    private Instants() {}

    /** @throws IllegalArgumentException if the text is no date, or a time without a zone */
    static Instant parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a date; write 2026-12-31, or with a time and its zone 2026-12-31T23:59Z");
        }
        String time = matcher.group("time");
        String zone = matcher.group("zone");
        if (time != null && zone == null) {
            throw new IllegalArgumentException("\"" + text + "\" has no zone; did you mean " + matcher.group("date")
                    + "T" + time + "Z, which is UTC?");
        }
        try {
            LocalDate date = LocalDate.parse(matcher.group("date"));
            return time == null || zone == null
                    ? date.plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : date.atTime(LocalTime.parse(time)).toInstant(offset(zone));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("\"" + text + "\" is a time that does not exist", e);
        }
    }

    private static ZoneOffset offset(String zone) {
        return zone.equalsIgnoreCase("Z") ? ZoneOffset.UTC : ZoneOffset.of(zone);
    }
}
