package dev.ipgate.http2;

import java.io.IOException;

/** The client broke the protocol in a way that ends the connection (RFC 9113 section 5.4.1). */
final class ConnectionException extends IOException {

    private static final long serialVersionUID = 1L;

    private final int code;

    /** @param code one of {@link ErrorCode} */
    ConnectionException(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }

    @Override
    public synchronized Throwable fillInStackTrace() {
        return this; // it tells about the client, not about this program
    }
}
