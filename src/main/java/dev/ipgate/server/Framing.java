package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.ClientSide;
import dev.ipgate.http.ContentLength;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import org.jspecify.annotations.Nullable;

/** Refuses what two servers could read in two ways (RFC 9112 sections 6 and 11.2). */
final class Framing {

    private Framing() {}

    /**
     * The verdict on a request that is not even looked at; null if it is.
     *
     * @param direct the peer
     * @param headerBytes how large its header section may be, for the page
     */
    static @Nullable Verdict judge(HttpServerExchange exchange, ClientAddress direct, int headerBytes) {
        if (isRefusedMethod(exchange.getRequestMethod())) {
            return Verdict.refuse(
                    direct, Refusal.BAD_METHOD, exchange.getRequestMethod().toString());
        }
        if (ClientSide.isHeadTooLarge(exchange)) {
            return Verdict.refuse(direct, Refusal.HEAD_TOO_LARGE, headerBytes + " bytes");
        }
        String wrong = whatIsWrong(exchange);
        return wrong == null ? null : Verdict.refuse(direct, Refusal.BAD_REQUEST, wrong);
    }

    private static boolean isRefusedMethod(HttpString method) {
        return method.equals(Methods.CONNECT) || method.equals(Methods.TRACE);
    }

    /** What is malformed or ambiguous, or null. */
    private static @Nullable String whatIsWrong(HttpServerExchange exchange) {
        String problem = ClientSide.problem(exchange);
        if (problem != null) {
            return problem;
        }
        HeaderMap headers = exchange.getRequestHeaders();
        HeaderValues codings = headers.get(Headers.TRANSFER_ENCODING);
        HeaderValues lengths = headers.get(Headers.CONTENT_LENGTH);
        if (codings != null) {
            if (!exchange.isHttp11()) {
                return "Transfer-Encoding in an HTTP/1.0 request";
            }
            if (codings.size() != 1 || !codings.getFirst().equalsIgnoreCase("chunked")) {
                return "a Transfer-Encoding other than chunked";
            }
            if (lengths != null) {
                return "both Transfer-Encoding and Content-Length";
            }
        }
        if (lengths != null && (lengths.size() != 1 || ContentLength.parse(lengths.getFirst()) < 0)) {
            return "a malformed Content-Length";
        }
        HeaderValues hosts = headers.get(Headers.HOST);
        if (hosts == null ? exchange.isHttp11() : hosts.size() != 1) {
            return "not exactly one Host";
        }
        if (exchange.isHostIncludedInRequestURI()
                && !authority(exchange).equalsIgnoreCase(hosts == null ? "" : hosts.getFirst())) {
            return "a target and a Host that differ";
        }
        if (!isTarget(exchange.getRequestURI(), false) || !isTarget(exchange.getQueryString(), true)) {
            return "a control character, a blank, a # or a raw letter outside ASCII in the target";
        }
        HeaderValues expectations = headers.get(Headers.EXPECT);
        if (expectations != null
                && (expectations.size() != 1 || !expectations.getFirst().equalsIgnoreCase("100-continue"))) {
            return "an expectation other than 100-continue";
        }
        return null;
    }

    /**
     * Whether a part of the target holds nothing that would end it, for some reader. Bytes outside ASCII pass in a query
     * only: in a path, they could be compared with a location in another encoding.
     */
    private static boolean isTarget(String text, boolean query) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c <= ' ' || c == '#' || c == 0x7F || (c > 0x7F && !query)) {
                return false;
            }
        }
        return true;
    }

    /** What a verdict depends on. */
    static Request request(HttpServerExchange exchange) {
        ClientLink link = ClientSide.link(exchange);
        HeaderMap headers = exchange.getRequestHeaders();
        return new Request(
                link.direct(),
                headers::get,
                exchange.getRequestScheme(),
                link.serverName(),
                headers.getFirst(Headers.HOST),
                ClientCertificates.door(link),
                exchange.getRequestMethod().toString(),
                path(exchange));
    }

    /** The request target's path as sent, without the query; of the absolute form what follows the authority. */
    static String path(HttpServerExchange exchange) {
        String uri = exchange.getRequestURI();
        if (!exchange.isHostIncludedInRequestURI()) {
            return uri == null ? "" : uri; // as where the head could not be read
        }
        int slash = uri.indexOf('/', uri.indexOf("://") + 3);
        return slash < 0 ? "/" : uri.substring(slash);
    }

    /** Of a target in the absolute form, what stands between {@code ://} and the path. */
    private static String authority(HttpServerExchange exchange) {
        String uri = exchange.getRequestURI();
        int from = uri.indexOf("://") + 3;
        int slash = uri.indexOf('/', from);
        return uri.substring(from, slash < 0 ? uri.length() : slash);
    }

    /** Bytes of the header section, as the client sent it, give or take blanks. */
    static long headerBytes(HeaderMap headers) {
        long bytes = 0;
        for (long at = headers.fastIterateNonEmpty(); at != -1; at = headers.fiNextNonEmpty(at)) {
            HeaderValues values = headers.fiCurrent(at);
            int name = values.getHeaderName().length();
            for (int i = 0; i < values.size(); i++) {
                bytes += name + values.get(i).length() + 4; // ": " and CR LF
            }
        }
        return bytes;
    }
}
