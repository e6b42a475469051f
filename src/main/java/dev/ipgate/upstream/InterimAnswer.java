package dev.ipgate.upstream;

import io.undertow.server.AbstractServerConnection;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderValues;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/** Passes an interim answer on to the client (RFC 9110 section 15.2, RFC 8297). */
final class InterimAnswer {

    private InterimAnswer() {}

    /**
     * Writes it past the exchange, which knows of one answer only. Nothing else of this exchange has been written yet,
     * so the socket has room, unless the client has stopped reading; then it goes without.
     *
     * @return false if the client is gone, or took half of it
     */
    static boolean relay(AnswerHead head, HttpServerExchange exchange, HeadBytes to) {
        if (!(exchange.getConnection() instanceof AbstractServerConnection connection)) {
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
        return !(exchange.getConnection() instanceof AbstractServerConnection connection)
                || write(connection, to.add("HTTP/1.1 100 Continue\r\n\r\n").buffer());
    }

    private static boolean write(AbstractServerConnection connection, ByteBuffer bytes) {
        try {
            int written = connection.getOriginalSinkConduit().write(bytes);
            return written == 0 || !bytes.hasRemaining();
        } catch (IOException e) {
            return false;
        }
    }
}
