package dev.ipgate.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The client's side of an exchange, whichever version of HTTP is spoken there. */
public final class ClientSide {

    private ClientSide() {}

    private static ClientRequest of(HttpServerExchange exchange) {
        return (ClientRequest) exchange.getConnection();
    }

    /** What is known of the connection that the request came on. */
    public static ClientLink link(HttpServerExchange exchange) {
        return of(exchange).link();
    }

    /** What is malformed about the request's head, or null. */
    public static @Nullable String problem(HttpServerExchange exchange) {
        return of(exchange).problem();
    }

    /** Whether the request's head is so large that it was not read. */
    public static boolean isHeadTooLarge(HttpServerExchange exchange) {
        return of(exchange).isHeadTooLarge();
    }

    /**
     * The request's body, which nobody has read from.
     *
     * @param limit bytes that it may have where its head does not tell, or -1
     */
    public static BodySource body(HttpServerExchange exchange, long limit) {
        return of(exchange).body(limit);
    }

    /** Where the answer goes, once; its head is made from the exchange. */
    public static BodySink answer(HttpServerExchange exchange) {
        return of(exchange).answer();
    }

    /** The reason phrase of the answer, where the version has one. */
    public static void setReason(HttpServerExchange exchange, String reason) {
        of(exchange).setReason(reason);
    }

    /** Adds header lines to the answer, once; their names are not among the exchange's headers. */
    public static void add(HttpServerExchange exchange, HeaderLines lines) {
        of(exchange).add(lines);
    }

    /**
     * Sends an interim answer (RFC 9110 section 15.2) past the exchange, which knows of one answer only.
     *
     * @param headers those that the client is to see
     * @throws IOException if the client is gone, or took half of it
     */
    public static void interim(HttpServerExchange exchange, int status, String reason, HeaderMap headers)
            throws IOException {
        of(exchange).interim(status, reason, headers);
    }

    /** The request target, byte for byte. */
    public static String target(HttpServerExchange exchange) {
        return of(exchange).target();
    }

    /** The request target, byte for byte; of the absolute form what follows the authority (RFC 9112 section 3.2.2). */
    public static String originTarget(HttpServerExchange exchange) {
        String target = target(exchange);
        if (!exchange.isHostIncludedInRequestURI()) {
            return target;
        }
        int path = exchange.getRequestURI().indexOf('/', target.indexOf("://") + 3);
        return path >= 0
                ? target.substring(path)
                : "/" + target.substring(exchange.getRequestURI().length());
    }

    /**
     * Asks to be told when the client leaves before its answer is complete. Whoever reads the request's body may learn it
     * from that alone.
     */
    public static void onClientGone(HttpServerExchange exchange, Runnable gone) {
        of(exchange).onClientGone(gone);
    }

    /**
     * The same for as long as nobody reads the request's body, which may be under way.
     *
     * @param gone null for no more
     */
    public static void onClientGoneUnread(HttpServerExchange exchange, @Nullable Runnable gone) {
        of(exchange).onClientGoneUnread(gone);
    }

    /** Closes the client's connection, or cuts its stream, when all is written and it is still sending. */
    public static void linger(HttpServerExchange exchange) {
        of(exchange).linger();
    }
}
