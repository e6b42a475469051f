package dev.ipgate.http;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;

/** The options that a Connection header lists (RFC 9110 section 7.6.1). */
public final class ConnectionOptions {

    private ConnectionOptions() {}

    /** Whether one of the lines lists an option, in whatever case. */
    public static boolean contain(HeaderValues connection, String option) {
        for (int i = 0; i < connection.size(); i++) {
            String line = connection.get(i);
            if (line.indexOf(',') < 0) { // as nearly all are
                if (line.equalsIgnoreCase(option)) {
                    return true;
                }
                continue;
            }
            for (String name : line.split(",", -1)) {
                if (name.strip().equalsIgnoreCase(option)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** Whether the client would have the connection stay open after this request (RFC 9112 section 9.3). */
    static boolean stayOpen(HttpServerExchange exchange) {
        HeaderValues connection = exchange.getRequestHeaders().get(Headers.CONNECTION);
        if (connection == null) {
            return exchange.isHttp11();
        }
        return !contain(connection, "close") && (exchange.isHttp11() || contain(connection, "keep-alive"));
    }
}
