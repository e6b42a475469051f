package dev.ipgate.http2;

import dev.ipgate.http.ContentLength;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.ServerConnection;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import org.jspecify.annotations.Nullable;

/**
 * One request's head, as an exchange and what that has no place for.
 *
 * @param target byte for byte; empty if there is none
 * @param problem what is malformed about it, or null
 * @param tooLarge whether it was not read
 * @param length bytes that it says the body has; -1 if it says nothing that can be used
 */
record RequestHead(
        HttpServerExchange exchange,
        String target,
        @Nullable String problem,
        boolean tooLarge,
        long length) {

    private static final HttpString UNKNOWN_METHOD = new HttpString("-");

    /** @param whole whether the request has no body */
    static RequestHead of(RequestFields fields, ServerConnection stream, String scheme, boolean whole) {
        boolean tooLarge = fields.isTooLarge();
        HeaderMap headers = tooLarge ? new HeaderMap() : fields.headers();
        HttpServerExchange exchange = new HttpServerExchange(stream, headers, new HeaderMap(), -1);
        exchange.setRequestScheme(scheme);
        exchange.setRequestMethod(UNKNOWN_METHOD);
        exchange.setProtocol(Protocols.HTTP_2_0);
        exchange.setPersistent(true);
        String problem = tooLarge ? null : fields.read(exchange);
        String given = headers.getFirst(Headers.CONTENT_LENGTH); // if it is none, others refuse it
        long length = given == null ? ContentLength.NONE : ContentLength.parse(given);
        if (problem == null && whole && length > 0) {
            problem = "its body is shorter than it said";
        }
        return new RequestHead(exchange, tooLarge ? "" : fields.target(), problem, tooLarge, length);
    }
}
