package dev.ipgate.http;

/** The value of a Content-Length header (RFC 9110 section 8.6). */
public final class ContentLength {

    /** What is no length. */
    public static final long NONE = -1;

    private static final int LONGEST = 18; // digits that always fit a long

    private ContentLength() {}

    /** Bytes; {@link #NONE} for a sign, a blank, a list, a number that is too long, and whatever else is no number. */
    public static long parse(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            return NONE;
        }
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = text.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return NONE;
            }
            bytes = 10 * bytes + digit;
        }
        return bytes;
    }
}
