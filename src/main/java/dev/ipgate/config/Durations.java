package dev.ipgate.config;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations: {@code 1500ms}, {@code 5s}, {@code 5m}, {@code 1h}, {@code 1d}, {@code 1m30s}. */
public final class Durations {

    private static final Pattern FORM = Pattern.compile(
            "(?:([0-9]{1,9})d)?(?:([0-9]{1,9})h)?(?:([0-9]{1,9})m(?!s))?" + "(?:([0-9]{1,9})s)?(?:([0-9]{1,9})ms)?");
    private static final Duration[] UNITS = {
        Duration.ofDays(1), Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofMillis(1)
    };
    private static final String[] NAMES = {"d", "h", "m", "s", "ms"};

    private Durations() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException if the text is no duration from min to max
     */
    public static Duration parse(String text, Duration min, Duration max) {
        Duration duration = parse(text);
        if (duration.compareTo(min) < 0 || duration.compareTo(max) > 0) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is out of range; write a duration from " + format(min) + " to " + format(max));
        }
        return duration;
    }

    private static Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        if (text.matches("[0-9]+")) {
            throw new IllegalArgumentException("\"" + text + "\" has no unit; did you mean " + text + "s?");
        }
        Matcher matcher = FORM.matcher(text);
        if (text.isEmpty() || !matcher.matches()) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a duration; write a whole number and ms, s, m, h or d, such as 1500ms");
        }
        Duration sum = Duration.ZERO;
        for (int i = 0; i < UNITS.length; i++) {
            String count = matcher.group(i + 1);
            sum = count == null ? sum : sum.plus(UNITS[i].multipliedBy(Long.parseLong(count)));
        }
        return sum;
    }

    /** In its shortest form: {@code 1m30s}; {@code 0} for none. */
    public static String format(Duration duration) {
        StringBuilder text = new StringBuilder();
        Duration left = duration;
        for (int i = 0; i < UNITS.length; i++) {
            long count = left.dividedBy(UNITS[i]);
            if (count > 0) {
                text.append(count).append(NAMES[i]);
                left = left.minus(UNITS[i].multipliedBy(count));
            }
        }
        return text.isEmpty() ? "0" : text.toString();
    }
}
