package dev.ipgate.http;

import java.io.IOException;

/** The other side spoke nonsense. The message says in what way, and holds nothing that it said. */
public final class MalformedMessageException extends IOException {

    private static final long serialVersionUID = 1L;

    public MalformedMessageException(String message) {
        super(message);
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // it tells about the other side, not about this program
    }
}
