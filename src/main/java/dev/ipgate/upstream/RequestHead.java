package dev.ipgate.upstream;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.net.IpAddress;
import io.undertow.client.ClientRequest;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import java.util.Locale;
import java.util.Set;

/** The head of the request that the app receives, made from the one that the client sent. */
final class RequestHead {

    private static final HttpString X_REAL_IP = new HttpString("X-Real-IP");
    private static final HttpString FORWARDED = new HttpString("Forwarded");
    private static final String X_FORWARDED = "x-forwarded-";

    private RequestHead() {}

    static ClientRequest build(HttpServerExchange exchange, AppRequest request, UpstreamSettings settings) {
        ClientRequest head = new ClientRequest()
                .setMethod(exchange.getRequestMethod())
                .setPath(target(exchange))
                .setProtocol(Protocols.HTTP_1_1);
        HeaderMap to = head.getRequestHeaders();
        copy(exchange.getRequestHeaders(), to, request.clientHeader());

        String host = settings.fixedHost();
        if (host == null) {
            String sent = exchange.getRequestHeaders().getFirst(Headers.HOST);
            host = sent == null ? settings.authority() : sent;
        }
        to.put(Headers.HOST, host);
        if (request.origin() != null) {
            to.put(Headers.ORIGIN, request.origin());
        }
        to.put(Headers.X_FORWARDED_FOR, forwardedFor(request, settings.forwardedChain()));
        to.put(X_REAL_IP, String.valueOf(request.client().address()));
        to.put(Headers.X_FORWARDED_PROTO, request.scheme());
        if (request.host() != null) {
            to.put(Headers.X_FORWARDED_HOST, request.host());
        }
        frame(exchange, to);
        if (isWebSocket(exchange)) {
            to.put(Headers.UPGRADE, "websocket");
            to.put(Headers.CONNECTION, "Upgrade");
        }
        return head;
    }

    /** An upgrade to anything else is dropped, and the request served as HTTP/1.1: Java's and curl's clients offer h2c. */
    static boolean isWebSocket(HttpServerExchange exchange) {
        HeaderValues upgrade = exchange.getRequestHeaders().get(Headers.UPGRADE);
        return upgrade != null
                && upgrade.size() == 1
                && upgrade.getFirst().equalsIgnoreCase("websocket")
                && HopByHop.lists(exchange.getRequestHeaders(), "upgrade")
                && exchange.isHttp11()
                && exchange.isRequestComplete();
    }

    /** The request target, byte for byte; of the absolute form the app gets the path (RFC 9112 section 3.2.2). */
    private static String target(HttpServerExchange exchange) {
        String path = exchange.getRequestURI();
        if (exchange.isHostIncludedInRequestURI()) {
            int authority = path.indexOf("://") + 3;
            int slash = path.indexOf('/', authority);
            path = slash < 0 ? "/" : path.substring(slash);
        }
        String query = exchange.getQueryString();
        return query.isEmpty() ? path : path + "?" + query;
    }

    private static void copy(HeaderMap from, HeaderMap to, String clientHeader) {
        Set<HttpString> hopByHop = HopByHop.of(from);
        for (long at = from.fastIterateNonEmpty(); at != -1; at = from.fiNextNonEmpty(at)) {
            HeaderValues values = from.fiCurrent(at);
            HttpString name = values.getHeaderName();
            if (!hopByHop.contains(name) && !isForwarding(name, clientHeader)) {
                to.addAll(name, values);
            }
        }
    }

    /** Names that tell the app who the client is, and aliases that servers read as such (CGI makes _ of - and of .). */
    private static boolean isForwarding(HttpString header, String clientHeader) {
        if (header.equals(FORWARDED) || header.equals(X_REAL_IP)) {
            return true;
        }
        String name = header.toString();
        if (name.indexOf('_') >= 0 || name.indexOf('.') >= 0) {
            name = name.replace('_', '-').replace('.', '-');
        }
        return name.regionMatches(true, 0, X_FORWARDED, 0, X_FORWARDED.length())
                || name.equalsIgnoreCase("x-real-ip")
                || name.equalsIgnoreCase("forwarded")
                || name.equalsIgnoreCase(clientHeader.toLowerCase(Locale.ROOT));
    }

    private static String forwardedFor(AppRequest request, boolean chain) {
        String client = String.valueOf(request.client().address());
        IpAddress peer = request.client().peer();
        if (!chain || peer.equals(request.client().address())) {
            return client;
        }
        StringBuilder hops = new StringBuilder(client);
        for (IpAddress hop : request.client().via()) {
            hop.appendTo(hops.append(", "));
        }
        return peer.appendTo(hops.append(", ")).toString();
    }

    /** The body is framed anew: by its length if the client gave one, else in chunks. */
    private static void frame(HttpServerExchange exchange, HeaderMap to) {
        if (!exchange.isRequestComplete() && !exchange.getRequestHeaders().contains(Headers.CONTENT_LENGTH)) {
            to.put(Headers.TRANSFER_ENCODING, Headers.CHUNKED.toString());
        }
    }
}
