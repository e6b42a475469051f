package dev.ipgate.server;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;

/**
 * The root handler. Undertow captures it once per connection, so the snapshot that decides is behind a volatile field of
 * our own: each request reads it once and stays with what it found.
 */
final class Gateway implements HttpHandler {

    private volatile Snapshot snapshot;

    Gateway(Snapshot first) {
        snapshot = first;
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        snapshot.handle(exchange, this::snapshot);
    }

    Snapshot snapshot() {
        return snapshot;
    }

    void swap(Snapshot next) {
        snapshot = next;
    }
}
