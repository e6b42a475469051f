package dev.ipgate.upstream;

import dev.ipgate.config.AppUrl;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.http.ClientSide;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Set;

/** The head of the answer that the client receives, made from the one that the app sent. */
final class ResponseHead {

    private ResponseHead() {}

    /**
     * Copies it.
     *
     * @param app the one that has answered
     */
    static void copy(
            AnswerHead head,
            AnswerFraming framing,
            HttpServerExchange exchange,
            UpstreamSettings settings,
            AppUrl app) {
        exchange.setStatusCode(head.status());
        if (!head.reason().isEmpty()) {
            ClientSide.setReason(exchange, head.reason());
        }
        HeaderMap to = exchange.getResponseHeaders();
        Set<HttpString> hopByHop = HopByHop.of(head.headers());
        for (long at = head.headers().fastIterateNonEmpty();
                at != -1;
                at = head.headers().fiNextNonEmpty(at)) {
            HeaderValues values = head.headers().fiCurrent(at);
            // what the gate itself says of https is there already, and counts
            boolean said = values.getHeaderName().equals(Headers.STRICT_TRANSPORT_SECURITY)
                    && to.contains(Headers.STRICT_TRANSPORT_SECURITY);
            if (said || hopByHop.contains(values.getHeaderName())) {
                continue;
            }
            if (Redirects.concern(values.getHeaderName(), settings)) {
                for (String value : values) {
                    to.add(values.getHeaderName(), Redirects.back(values.getHeaderName(), value, settings, app));
                }
            } else {
                to.addAll(values.getHeaderName(), values);
            }
        }
        boolean endless = framing.kind() == AnswerFraming.Kind.CHUNKED || framing.kind() == AnswerFraming.Kind.CLOSE;
        if (endless && exchange.isHttp11()) {
            // in chunks even where the connection then closes: an answer that is cut must not look complete
            to.put(Headers.TRANSFER_ENCODING, "chunked");
        }
    }
}
