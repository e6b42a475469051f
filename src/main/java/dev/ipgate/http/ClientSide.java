package dev.ipgate.http;

import io.undertow.server.HttpServerExchange;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** The client's side of an exchange, whichever version of HTTP is spoken there. */
public final class ClientSide {

    private ClientSide() {}

    /**
     * The request's body, which nobody has read from.
     *
     * @param limit bytes that it may have where its head does not tell, or -1
     */
    public static BodySource body(HttpServerExchange exchange, long limit) {
        return exchange.getConnection() instanceof Http1Connection client
                ? client.body(limit)
                : new ChannelSource(exchange.getRequestChannel());
    }

    /** Where the answer goes, once; its head is made from the exchange. */
    public static BodySink answer(HttpServerExchange exchange) {
        return exchange.getConnection() instanceof Http1Connection client
                ? client.response()
                : new ChannelSink(exchange.getResponseChannel());
    }

    /** The reason phrase of the answer, where the version has one. */
    public static void setReason(HttpServerExchange exchange, String reason) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            client.response().setReason(reason);
        }
    }

    /** Adds header lines to the answer, once; their names are not among the exchange's headers. */
    public static void add(HttpServerExchange exchange, HeaderLines lines) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            client.response().add(lines);
        } else {
            lines.putTo(exchange.getResponseHeaders());
        }
    }

    /** The request target, byte for byte where the version has it in one piece. */
    public static String target(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            return client.target();
        }
        String query = exchange.getQueryString();
        return query.isEmpty() ? exchange.getRequestURI() : exchange.getRequestURI() + "?" + query;
    }

    /** Asks to be told when the client leaves before its answer is complete; a request that is not complete tells itself. */
    public static void onClientGone(HttpServerExchange exchange, Runnable gone) {
        if (exchange.getConnection() instanceof Http1Connection client && exchange.isRequestComplete()) {
            client.onClientGone(gone);
        }
    }

    /**
     * The same for as long as nobody reads the request's body, which may be under way.
     *
     * @param gone null for no more
     */
    public static void onClientGoneUnread(HttpServerExchange exchange, @Nullable Runnable gone) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            client.onClientGone(gone);
        }
    }

    /** Closes the client's connection, or cuts its stream, when all is written and it is still sending. */
    public static void linger(HttpServerExchange exchange) {
        if (exchange.getConnection() instanceof Http1Connection client) {
            client.linger();
        } else {
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
