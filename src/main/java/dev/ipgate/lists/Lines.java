package dev.ipgate.lists;

import java.io.IOException;
import java.io.Reader;
import org.jspecify.annotations.Nullable;

/** The lines of a long file, one at a time. A line is cut where it is far too long, so that no file fills the memory. */
final class Lines {

    /** The longest line that is given whole, in characters; of a longer one, one character more. */
    static final int LONGEST = 1000;

    private final Reader reader;
    private final char[] buffer = new char[1 << 16];
    private final StringBuilder line = new StringBuilder();
    private int at;
    private int end;

    Lines(Reader reader) {
        this.reader = reader;
    }

    /** The next line without its end, which may be {@code \n}, {@code \r\n} or {@code \r}; null after the last. */
    @Nullable
    String next() throws IOException {
        line.setLength(0);
        int c = read();
        if (c < 0) {
            return null;
        }
        while (c >= 0 && c != '\n' && c != '\r') {
            if (line.length() <= LONGEST) {
                line.append((char) c);
            }
            c = read();
        }
        if (c == '\r' && peek() == '\n') {
            at++;
        }
        return line.toString();
    }

    private int read() throws IOException {
        int c = peek();
        at++;
        return c;
    }

    private int peek() throws IOException {
        if (at >= end) {
            end = reader.read(buffer);
            at = 0;
        }
        return end <= 0 ? -1 : buffer[at];
    }
}
