package dev.ipgate.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Sizes in bytes: {@code 4096}, {@code 10MB}, {@code 64KiB}. */
final class Sizes {

    private static final Pattern FORM = Pattern.compile("([0-9]{1,15}) ?([A-Za-z]*)");
    private static final Map<String, Long> UNITS = Map.ofEntries(
            Map.entry("", 1L),
            Map.entry("B", 1L),
            Map.entry("KB", 1_000L),
            Map.entry("MB", 1_000_000L),
            Map.entry("GB", 1_000_000_000L),
            Map.entry("TB", 1_000_000_000_000L),
            Map.entry("KiB", 1L << 10),
            Map.entry("MiB", 1L << 20),
            Map.entry("GiB", 1L << 30),
            Map.entry("TiB", 1L << 40));
    private static final List<String> BINARY = List.of("TiB", "GiB", "MiB", "KiB");

    private Sizes() {}

    /** @throws IllegalArgumentException if the text is no size from min to max bytes */
    static long parse(String text, long min, long max) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" is not a size; write bytes, or such as 64KiB or 10MB");
        }
        long number = Long.parseLong(matcher.group(1));
        Long unit = UNITS.get(matcher.group(2));
        if (unit == null) {
            throw new IllegalArgumentException(unknownUnit(text, matcher.group(1), matcher.group(2)));
        }
        long bytes = number > Long.MAX_VALUE / unit ? Long.MAX_VALUE : number * unit;
        if (bytes < min || bytes > max) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is out of range; write a size from " + format(min) + " to " + format(max));
        }
        return bytes;
    }

    /** nginx's {@code 10m} and {@code 8k} count in powers of two. */
    private static String unknownUnit(String text, String number, String unit) {
        String first = unit.substring(0, 1).toUpperCase(Locale.ROOT);
        String binary = first + "iB";
        return unit.length() <= 3 && UNITS.containsKey(binary)
                ? "\"" + text + "\" has an unknown unit; did you mean " + number
                        + (unit.length() == 2 ? first + "B" : binary) + "?"
                : "\"" + text + "\" has an unknown unit; use B, KB, MB, GB, KiB, MiB or GiB";
    }

    static String format(long bytes) {
        for (String unit : BINARY) {
            long size = UNITS.getOrDefault(unit, 1L);
            if (bytes >= size && bytes % size == 0) {
                return bytes / size + unit;
            }
        }
        return bytes + "B";
    }
}
