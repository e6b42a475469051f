package dev.ipgate.config;

import java.util.List;

/**
 * A header that the app receives in place of the client's: one of {@code upstream.headers}, nginx's
 * {@code proxy_set_header}.
 *
 * @param name as it is sent
 * @param value what its value is put together from; empty where the header is taken away
 */
public record AppHeader(String name, List<Part> value) {

    /** What stands for a part of a value. */
    public enum Variable {
        /** Nothing does: it is text. */
        TEXT,
        /** The Host that the client sent, in lower case and without port and trailing dot. */
        HOST,
        /** The client's address. */
        REMOTE_ADDR,
        /** http or https, as the client used it. */
        SCHEME,
        /** Who has logged in at the gate. */
        REMOTE_USER,
        /** The first name of the site. */
        SERVER_NAME,
        /** The port that the client is connected to. */
        SERVER_PORT,
        /** The request target as it was sent, path and query. */
        REQUEST_URI,
        /** The number of the request, as pages and logs show it. */
        REQUEST_ID,
        /** A header of the request. */
        HEADER
    }

    /**
     * A part of a value.
     *
     * @param text the text, or the name of the header; else empty
     */
    public record Part(Variable variable, String text) {}

    public AppHeader {
        value = List.copyOf(value);
    }
}
