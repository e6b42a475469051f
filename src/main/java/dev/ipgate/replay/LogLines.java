package dev.ipgate.replay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** The lines of a log, one after the other, however long it is. Objects are read as UTF-8, everything else as bytes. */
final class LogLines {

    static final int LONGEST = 64 << 10; // bytes; of a longer line the rest is passed over

    private final InputStream in;
    private final byte[] buffer = new byte[64 << 10];
    private final byte[] line = new byte[LONGEST];
    private int at;
    private int filled;
    private long number;

    LogLines(InputStream in) {
        this.in = in;
    }

    /** The next line without its end; null if there is none. */
    @Nullable
    String next() throws IOException {
        int length = 0;
        boolean any = false;
        while (true) {
            if (at == filled) {
                at = 0;
                filled = Math.max(0, in.read(buffer, 0, buffer.length));
                if (filled == 0) {
                    number += any ? 1 : 0;
                    return any ? text(length) : null;
                }
            }
            any = true;
            int from = at;
            while (at < filled && buffer[at] != '\n') {
                at++;
            }
            int part = Math.min(at - from, LONGEST - length);
            System.arraycopy(buffer, from, line, length, part);
            length += part;
            if (at < filled) {
                at++;
                number++;
                return text(length);
            }
        }
    }

    /** The number of the line that was read last, from 1. */
    long number() {
        return number;
    }

    private String text(int length) {
        int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
        return new String(line, 0, end, end > 0 && line[0] == '{' ? UTF_8 : ISO_8859_1);
    }
}
