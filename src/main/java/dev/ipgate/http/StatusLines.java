package dev.ipgate.http;

import io.undertow.util.StatusCodes;

/** The first lines of answers with the usual reason phrases, made once. */
final class StatusLines {

    private static final String[] LINES = new String[1000];

    static {
        for (int status = 0; status < LINES.length; status++) {
            LINES[status] = "HTTP/1.1 " + status + " " + StatusCodes.getReason(status) + "\r\n";
        }
    }

    private StatusLines() {}

    static String of(int status) {
        return LINES[status];
    }
}
