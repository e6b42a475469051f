package dev.ipgate.upstream;

import dev.ipgate.http.ClientSide;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.util.Set;

/** Passes an interim answer on to the client (RFC 9110 section 15.2, RFC 8297). */
final class InterimAnswer {

    private InterimAnswer() {}

    /** Whether the client waits to be told to send its body (RFC 9110 section 10.1.1). */
    static boolean isAwaited(HttpServerExchange exchange) {
        return !exchange.isHttp10()
                && !exchange.isRequestComplete()
                && exchange.getRequestHeaders().contains(Headers.EXPECT);
    }

    /**
     * Passes it on.
     *
     * @return false if the client is gone, or took half of it
     */
    static boolean relay(AnswerHead head, HttpServerExchange exchange) {
        HeaderMap passed = new HeaderMap();
        Set<HttpString> hopByHop = HopByHop.of(head.headers());
        for (HeaderValues values : head.headers()) {
            if (!hopByHop.contains(values.getHeaderName())) {
                passed.addAll(values.getHeaderName(), values);
            }
        }
        return send(exchange, head.status(), head.reason(), passed);
    }

    /**
     * Tells the client to send its body, where the gate and not the app is the one to say so.
     *
     * @return false if the client is gone, or took half of it
     */
    static boolean sendContinue(HttpServerExchange exchange) {
        return send(exchange, 100, "Continue", new HeaderMap());
    }

    private static boolean send(HttpServerExchange exchange, int status, String reason, HeaderMap headers) {
        try {
            ClientSide.interim(exchange, status, reason, headers);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
