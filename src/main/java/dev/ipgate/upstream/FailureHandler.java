package dev.ipgate.upstream;

import io.undertow.server.HttpServerExchange;

/** Answers in the app's place, or notes that an answer had to be cut. Called on the exchange's IO thread. */
public interface FailureHandler {

    /** Nothing has been sent yet: answer with the failure's status. */
    void answer(HttpServerExchange exchange, Failure failure);

    /** The answer is out, but the client is still sending a body that nobody wants: close, kindly. */
    void bodyPending(HttpServerExchange exchange);

    /** The exchange ended without its completion listeners: the connection was closed in the middle. */
    void cut(HttpServerExchange exchange, String reason);
}
