package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;

/**
 * What a page of the gate's own says.
 *
 * @param status HTTP status
 * @param policy what a browser may do with it: its Content-Security-Policy
 * @param body all of it remaining
 */
record AdminAnswer(int status, String contentType, String policy, ByteBuffer body) {

    static final String TEXT = "text/plain; charset=utf-8";
    static final String JSON = "application/json";

    /** Nothing is framed, run or loaded. */
    static final String NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    AdminAnswer(int status, String contentType, ByteBuffer body) {
        this(status, contentType, NOTHING, body);
    }

    static AdminAnswer text(int status, String text) {
        return new AdminAnswer(status, TEXT, ByteBuffer.wrap(text.getBytes(UTF_8)));
    }

    static AdminAnswer json(CharSequence json) {
        return new AdminAnswer(200, JSON, ByteBuffer.wrap(json.toString().getBytes(UTF_8)));
    }
}
