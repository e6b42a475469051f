package dev.ipgate.nginx;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** nginx's times and sizes, and how ipgate writes them. */
final class Units {

    private static final Pattern TIME = Pattern.compile("([0-9]{1,9})(ms|[yMwdhms]?)");
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,12})([kKmMgG]?)");

    private Units() {}

    /** A time such as {@code 1h30m}, {@code 500ms} or {@code 60}, which is in seconds; null if it is none. */
    static @Nullable Duration time(String text) {
        Matcher matcher = TIME.matcher(text.replace(" ", ""));
        Duration sum = Duration.ZERO;
        int end = 0;
        while (matcher.find() && matcher.start() == end) {
            sum = sum.plus(unit(matcher.group(2)).multipliedBy(Long.parseLong(matcher.group(1))));
            end = matcher.end();
        }
        return end > 0 && end == text.replace(" ", "").length() ? sum : null;
    }

    private static Duration unit(String name) {
        return switch (name) {
            case "ms" -> Duration.ofMillis(1);
            case "m" -> Duration.ofMinutes(1);
            case "h" -> Duration.ofHours(1);
            case "d" -> Duration.ofDays(1);
            case "w" -> Duration.ofDays(7);
            case "M" -> Duration.ofDays(30);
            case "y" -> Duration.ofDays(365);
            default -> Duration.ofSeconds(1);
        };
    }

    /** A time as ipgate writes it, in the largest unit that is whole. */
    static String text(Duration time) {
        long millis = time.toMillis();
        if (millis == 0) {
            return "0";
        }
        long[] units = {86_400_000, 3_600_000, 60_000, 1_000};
        String[] names = {"d", "h", "m", "s"};
        for (int i = 0; i < units.length; i++) {
            if (millis % units[i] == 0) {
                return millis / units[i] + names[i];
            }
        }
        return millis + "ms";
    }

    /** A size such as {@code 10m} in bytes; -1 if it is none. */
    static long size(String text) {
        Matcher matcher = SIZE.matcher(text);
        if (!matcher.matches()) {
            return -1;
        }
        long number = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "k", "K" -> number << 10;
            case "m", "M" -> number << 20;
            case "g", "G" -> number << 30;
            default -> number;
        };
    }

    /** A size as ipgate writes it, in the largest unit that is whole. */
    static String text(long bytes) {
        String[] names = {"GiB", "MiB", "KiB"};
        for (int i = 0; i < names.length; i++) {
            long unit = 1L << (30 - 10 * i);
            if (bytes >= unit && bytes % unit == 0) {
                return bytes / unit + names[i];
            }
        }
        return String.valueOf(bytes);
    }
}
