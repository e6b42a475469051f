package dev.ipgate.upstream;

import dev.ipgate.config.AppUrl;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.http.ChunkedBody;
import dev.ipgate.http.ClientSide;
import dev.ipgate.http.HeadBytes;
import dev.ipgate.net.IpAddress;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The head of the request that the app receives, made from the one that the client sent. */
final class RequestHead {

    private static final HttpString X_REAL_IP = new HttpString("X-Real-IP");

    private RequestHead() {}

    /**
     * Writes the head, and whatever tells the app how the body is framed.
     *
     * @param app the one that was chosen; its name may take the place of the client's Host and Origin
     */
    static void write(
            HeadBytes to, HttpServerExchange exchange, AppRequest request, UpstreamSettings settings, AppUrl app) {
        HeaderMap sent = exchange.getRequestHeaders();
        to.add(exchange.getRequestMethod()).add(" ");
        to.add(target(exchange, request));
        to.add(" HTTP/1.1\r\n").line(Headers.HOST, host(sent, settings, app));
        boolean keepsAuthorization = settings.authorization().keepsClients();
        copy(sent, to, request, keepsAuthorization);
        String authorization = settings.authorization().replacement();
        if (authorization != null) {
            to.line(Headers.AUTHORIZATION, authorization);
        }
        if (request.replaceOrigin()) {
            to.line(Headers.ORIGIN, app.origin());
        }
        String client = String.valueOf(request.client().address());
        to.line(Headers.X_FORWARDED_FOR, forwardedFor(client, request, settings.forwardedChain()));
        to.line(X_REAL_IP, client);
        to.line(Headers.X_FORWARDED_PROTO, request.scheme());
        if (request.host() != null) {
            to.line(Headers.X_FORWARDED_HOST, request.host());
        }
        if (request.user() != null && !request.headers().hide(request.user().header())) {
            to.line(request.user().header(), request.user().value());
        }
        List<ReplacedHeaders.Line> lines = request.headers().lines();
        for (int i = 0; i < lines.size(); i++) {
            to.line(lines.get(i).name(), lines.get(i).value());
        }
        if (isChunked(exchange)) {
            to.line(Headers.TRANSFER_ENCODING, "chunked");
        }
        if (isWebSocket(exchange)) {
            to.line(Headers.UPGRADE, "websocket").line(Headers.CONNECTION, "Upgrade");
        }
        to.add("\r\n");
    }

    /** Whether the body is framed in chunks, as the client gave it no length. */
    static boolean isChunked(HttpServerExchange exchange) {
        return !exchange.isRequestComplete() && !exchange.getRequestHeaders().contains(Headers.CONTENT_LENGTH);
    }

    /**
     * Makes the request what it would have been if the client had sent it with a length: a body that was spooled has one,
     * and no trailers, and the client that waited to be told to send it has been told. With a body nothing is upgraded.
     */
    static void setLength(HttpServerExchange exchange, long bytes) {
        HeaderMap headers = exchange.getRequestHeaders();
        headers.remove(Headers.TRANSFER_ENCODING);
        headers.remove(Headers.EXPECT);
        headers.remove(Headers.UPGRADE);
        headers.put(Headers.CONTENT_LENGTH, bytes);
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

    private static String host(HeaderMap sent, UpstreamSettings settings, AppUrl app) {
        String fixed = settings.fixedHost(app);
        if (fixed != null) {
            return fixed;
        }
        String host = sent.getFirst(Headers.HOST);
        return host == null ? app.authority() : host;
    }

    /** What the app is asked for; the query is the client's. */
    private static String target(HttpServerExchange exchange, AppRequest request) {
        String target = ClientSide.originTarget(exchange);
        if (request.path() == null) {
            return target;
        }
        int query = target.indexOf('?');
        return query < 0 ? request.path() : request.path() + target.substring(query);
    }

    private static void copy(HeaderMap sent, HeadBytes to, AppRequest request, boolean keepsAuthorization) {
        Set<HttpString> hopByHop = HopByHop.of(sent);
        for (long at = sent.fastIterateNonEmpty(); at != -1; at = sent.fiNextNonEmpty(at)) {
            HeaderValues values = sent.fiCurrent(at);
            HttpString name = values.getHeaderName();
            boolean replaced = name.equals(Headers.HOST)
                    || (request.replaceOrigin() && name.equals(Headers.ORIGIN))
                    || (!keepsAuthorization && name.equals(Headers.AUTHORIZATION));
            if (replaced
                    || hopByHop.contains(name)
                    || request.hidden().contain(name)
                    || request.headers().hide(name)) {
                continue;
            }
            for (int i = 0; i < values.size(); i++) {
                to.line(name, values.get(i));
            }
        }
    }

    /** The trailers that may be passed on, or null: apps that merge them into the headers must not be lied to there. */
    static @Nullable HeaderMap trailers(HttpServerExchange exchange, AppRequest request) {
        HeaderMap sent = exchange.getAttachment(HttpAttachments.REQUEST_TRAILERS);
        if (sent == null) {
            return null;
        }
        HeaderMap passed = new HeaderMap();
        for (HeaderValues values : sent) {
            HttpString name = values.getHeaderName();
            if (ChunkedBody.isTrailer(name)
                    && !request.hidden().contain(name)
                    && !request.headers().hide(name)) {
                passed.addAll(name, values);
            }
        }
        return passed;
    }

    private static String forwardedFor(String client, AppRequest request, boolean chain) {
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
}
