package dev.ipgate.upstream;

import dev.ipgate.http.HeadBytes;
import dev.ipgate.http.Http1Connection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/** Passes an interim answer on to the client (RFC 9110 section 15.2, RFC 8297). */
final class InterimAnswer {

    private InterimAnswer() {}

    /** Whether the client waits to be told to send its body (RFC 9110 section 10.1.1). */
    static boolean isAwaited(HttpServerExchange exchange) {
        return exchange.isHttp11()
                && !exchange.isRequestComplete()
                && exchange.getRequestHeaders().contains(Headers.EXPECT);
    }

    /**
     * Writes it past the exchange, which knows of one answer only. Nothing else of this exchange has been written yet,
     * so the socket has room, unless the client has stopped reading; then it goes without.
     *
     * @return false if the client is gone, or took half of it
     */
    static boolean relay(AnswerHead head, HttpServerExchange exchange, HeadBytes to) {
        if (!(exchange.getConnection() instanceof Http1Connection connection)) {
            return true;
        }
        to.add("HTTP/1.1 ")
                .add(Integer.toString(head.status()))
                .add(" ")
                .add(head.reason())
                .add("\r\n");
        Set<HttpString> hopByHop = HopByHop.of(head.headers());
        for (HeaderValues values : head.headers()) {
            if (!hopByHop.contains(values.getHeaderName())) {
                for (String value : values) {
                    to.line(values.getHeaderName(), value);
                }
            }
        }
        return write(connection, to.add("\r\n").buffer());
    }

    /**
     * Tells the client to send its body, where the gate and not the app is the one to say so.
     *
     * @return false if the client is gone, or took half of it
     */
    static boolean sendContinue(HttpServerExchange exchange, HeadBytes to) {
        return !(exchange.getConnection() instanceof Http1Connection connection)
                || write(connection, to.add("HTTP/1.1 100 Continue\r\n\r\n").buffer());
    }

    private static boolean write(Http1Connection connection, ByteBuffer bytes) {
        try {
            int written = connection.getOriginalSinkConduit().write(bytes);
            return written == 0 || !bytes.hasRemaining();
        } catch (IOException e) {
            return false;
        }
    }
}
