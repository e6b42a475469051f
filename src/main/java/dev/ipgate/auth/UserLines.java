package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.List;

/**
 * The lines of an htpasswd file that is to be changed. Whatever is not changed stays as it is, byte for byte: comments,
 * line ends, and bytes that are no UTF-8. Immutable.
 */
public final class UserLines {

    private static final String BYTE_ORDER_MARK = new String("\uFEFF".getBytes(UTF_8), ISO_8859_1);

    private final String mark; // a byte order mark or nothing
    private final List<String> lines; // a character for each byte, and with their ends

    private UserLines(String mark, List<String> lines) {
        this.mark = mark;
        this.lines = List.copyOf(lines);
    }

    public static UserLines of(byte[] file) {
        String text = new String(file, ISO_8859_1);
        String mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : "";
        List<String> lines = new ArrayList<>();
        for (int from = mark.length(); from < text.length(); ) {
            int end = text.indexOf('\n', from);
            int to = end < 0 ? text.length() : end + 1;
            lines.add(text.substring(from, to));
            from = to;
        }
        return new UserLines(mark, lines);
    }

    /** Whether there is a line for this user. */
    public boolean has(String user) {
        String start = start(user);
        return lines.stream().anyMatch(line -> line.startsWith(start));
    }

    /**
     * The lines with another hash for a user, in the user's first line, whose comment stays; further lines of the same
     * user go. Without one, with a line more at the end.
     */
    public UserLines with(String user, String hash) {
        String start = start(user);
        List<String> changed = new ArrayList<>();
        boolean there = false;
        for (String line : lines) {
            if (!line.startsWith(start)) {
                changed.add(line);
            } else if (!there) {
                changed.add(start + hash + line.substring(endOfHash(line, start.length())));
                there = true;
            }
        }
        if (!there) {
            String end = lines.stream().anyMatch(line -> line.endsWith("\r\n")) ? "\r\n" : "\n";
            int last = changed.size() - 1;
            if (last >= 0 && !changed.get(last).endsWith("\n")) {
                changed.set(last, changed.get(last) + end);
            }
            changed.add(start + hash + end);
        }
        return new UserLines(mark, changed);
    }

    /** The lines without a user's. */
    public UserLines without(String user) {
        String start = start(user);
        return new UserLines(
                mark, lines.stream().filter(line -> !line.startsWith(start)).toList());
    }

    public byte[] toBytes() {
        return (mark + String.join("", lines)).getBytes(ISO_8859_1);
    }

    /** The text, for {@link Users#parse}. */
    public String text() {
        return new String(toBytes(), UTF_8);
    }

    private static int endOfHash(String line, int from) {
        int at = from;
        while (at < line.length() && ":\r\n".indexOf(line.charAt(at)) < 0) {
            at++;
        }
        return at;
    }

    private static String start(String user) {
        return new String((user + ":").getBytes(UTF_8), ISO_8859_1);
    }
}
