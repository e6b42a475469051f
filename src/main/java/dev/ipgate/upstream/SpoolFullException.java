package dev.ipgate.upstream;

import java.io.IOException;

/** There is no room for a request's body in {@code limits.spool}. */
final class SpoolFullException extends IOException {

    private static final long serialVersionUID = 1L;

    SpoolFullException(String message) {
        super(message);
    }
}
