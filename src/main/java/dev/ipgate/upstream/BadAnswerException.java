package dev.ipgate.upstream;

import java.io.IOException;

/** The app spoke nonsense. The message says in what way, and holds nothing that it said. */
final class BadAnswerException extends IOException {

    private static final long serialVersionUID = 1L;

    BadAnswerException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // it tells about the app, not about this program
    }
}
