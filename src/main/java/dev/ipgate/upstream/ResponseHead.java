package dev.ipgate.upstream;

import io.undertow.client.ClientResponse;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of the app's answer: judged, then handed to the client. */
final class ResponseHead {

    private static final int LONGEST_LENGTH = 18; // digits; more could wrap

    private ResponseHead() {}

    /** What makes the answer unusable, or null. Undertow's client takes too much for an answer. */
    static @Nullable String whatIsWrong(ClientResponse response) {
        int status = response.getResponseCode();
        if ((status < 200 && status != StatusCodes.SWITCHING_PROTOCOLS) || status > 999) {
            return "status " + status + " is not an answer";
        }
        HeaderValues lengths = response.getResponseHeaders().get(Headers.CONTENT_LENGTH);
        HeaderValues codings = response.getResponseHeaders().get(Headers.TRANSFER_ENCODING);
        if (codings != null
                && (lengths != null
                        || codings.size() != 1
                        || !codings.getFirst().equalsIgnoreCase("chunked"))) {
            return "Transfer-Encoding is ambiguous";
        }
        if (lengths != null && (lengths.size() != 1 || !isLength(lengths.getFirst()))) {
            return "Content-Length is malformed";
        }
        return null;
    }

    private static boolean isLength(String text) {
        return !text.isEmpty()
                && text.length() <= LONGEST_LENGTH
                && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Whether the answer has no body whatever its headers say (RFC 9112 section 6.3). */
    static boolean hasNoBody(HttpServerExchange exchange, ClientResponse response) {
        int status = response.getResponseCode();
        return exchange.getRequestMethod().equals(Methods.HEAD)
                || status == StatusCodes.NO_CONTENT
                || status == StatusCodes.NOT_MODIFIED;
    }

    static void copy(ClientResponse response, HttpServerExchange exchange) {
        exchange.setStatusCode(response.getResponseCode());
        if (response.getStatus() != null && !response.getStatus().isEmpty()) {
            exchange.setReasonPhrase(response.getStatus());
        }
        HeaderMap from = response.getResponseHeaders();
        HeaderMap to = exchange.getResponseHeaders();
        Set<HttpString> hopByHop = HopByHop.of(from);
        for (long at = from.fastIterateNonEmpty(); at != -1; at = from.fiNextNonEmpty(at)) {
            HeaderValues values = from.fiCurrent(at);
            if (!hopByHop.contains(values.getHeaderName())) {
                to.addAll(values.getHeaderName(), values);
            }
        }
        boolean framed = from.contains(Headers.CONTENT_LENGTH) || hasNoBody(exchange, response);
        if (!framed && exchange.isHttp11() && response.getResponseCode() != StatusCodes.SWITCHING_PROTOCOLS) {
            // in chunks even where the connection then closes: an answer that is cut must not look complete
            to.put(Headers.TRANSFER_ENCODING, Headers.CHUNKED.toString());
        }
    }
}
