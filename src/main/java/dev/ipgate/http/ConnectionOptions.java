package dev.ipgate.http;

import io.undertow.util.HeaderValues;

/** The options that a Connection header lists (RFC 9110 section 7.6.1). */
public final class ConnectionOptions {

    private ConnectionOptions() {}

    /** Whether one of the lines lists an option, in whatever case. */
    public static boolean contain(HeaderValues connection, String option) {
        for (int i = 0; i < connection.size(); i++) {
            String line = connection.get(i);
            if (line.indexOf(',') < 0) { // as nearly all are
                if (line.equalsIgnoreCase(option)) {
                    return true;
                }
                continue;
            }
            for (String name : line.split(",", -1)) {
                if (name.strip().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }
}
