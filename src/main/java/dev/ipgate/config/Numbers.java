package dev.ipgate.config;

/** Whole numbers. */
final class Numbers {

    private Numbers() {}

    /** @throws IllegalArgumentException if the text is no decimal number from min to max */
    static int parse(String text, int min, int max) {
        String range = " from " + min + " to " + max;
        if (!text.matches("-?[0-9]+")) {
            throw new IllegalArgumentException("\"" + text + "\" is not a number; write one" + range);
        }
        if (text.matches("0[0-9]+")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has a leading zero; did you mean " + text.replaceFirst("^0+(?=.)", "") + "?");
        }
        if (text.length() > 10 || Long.parseLong(text) < min || Long.parseLong(text) > max) {
            throw new IllegalArgumentException("\"" + text + "\" is out of range; write a number" + range);
        }
        return Integer.parseInt(text);
    }
}
