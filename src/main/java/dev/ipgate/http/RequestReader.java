package dev.ipgate.http;

import static dev.ipgate.http.HeadReader.require;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;

/** Reads the head of a request into an exchange (RFC 9112 section 3). What it means is for others to judge. */
final class RequestReader {

    private static final String VERSION = "HTTP/";

    private RequestReader() {}

    /**
     * Reads the head that the reader has found.
     *
     * @return the request target, byte for byte
     * @throws MalformedMessageException if it is malformed; what came before is in the exchange then
     */
    static String read(HeadReader head, HttpServerExchange exchange) throws MalformedMessageException {
        if (head.takes('\r')) { // an empty line before the request (RFC 9112 section 2.2)
            require(head.takes('\n'), "a line ends without CR LF");
        }
        exchange.setRequestMethod(head.token(' ', "its method is malformed"));
        String target = head.word("its target is malformed");
        setTarget(exchange, target);
        exchange.setProtocol(protocol(head));
        head.endLine();
        head.headers(exchange.getRequestHeaders());
        return target;
    }

    private static HttpString protocol(HeadReader head) throws MalformedMessageException {
        for (int i = 0; i < VERSION.length(); i++) {
            require(head.takes(VERSION.charAt(i)), "its protocol is not HTTP");
        }
        if (head.takes('1')) {
            require(head.takes('.'), "its protocol is malformed");
            if (head.takes('1')) {
                return Protocols.HTTP_1_1;
            }
            if (head.takes('0')) {
                return Protocols.HTTP_1_0;
            }
        }
        throw new MalformedMessageException("its protocol is neither HTTP/1.1 nor HTTP/1.0");
    }

    /** The origin form or the absolute form (RFC 9112 section 3.2); the others ask for nothing that an app could give. */
    private static void setTarget(HttpServerExchange exchange, String target) throws MalformedMessageException {
        boolean absolute = target.charAt(0) != '/';
        require(
                !absolute
                        || target.regionMatches(true, 0, "http://", 0, 7)
                        || target.regionMatches(true, 0, "https://", 0, 8),
                "its target is neither a path nor a URL");
        int query = target.indexOf('?');
        exchange.setRequestURI(query < 0 ? target : target.substring(0, query), absolute);
        exchange.setQueryString(query < 0 ? "" : target.substring(query + 1));
    }

    /** Whether the head announces a body, be it in a way that will be refused. */
    static boolean hasBody(HeaderMap headers) {
        if (headers.contains(Headers.TRANSFER_ENCODING)) {
            return true;
        }
        HeaderValues length = headers.get(Headers.CONTENT_LENGTH);
        return length != null && !(length.size() == 1 && length.getFirst().equals("0"));
    }
}
