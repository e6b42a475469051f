package dev.ipgate.server;

import io.undertow.io.IoCallback;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Protocols;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Sends the page of a refusal in place of the app's answer. */
final class Answers {

    private static final HttpString ALLOW = new HttpString("Allow");
    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private final ErrorPage pages = new ErrorPage();
    private final LogTime time = new LogTime(ZoneOffset.UTC);
    private final Map<HttpString, String> headers = new LinkedHashMap<>();

    Answers() {
        pages.headers().forEach((name, value) -> headers.put(new HttpString(name), value));
    }

    /**
     * Answers with the refusal's status and page. The connection closes after a request that cannot be trusted, and
     * after one whose body is not read.
     *
     * @param bodyPending what to do when all is written and the client is still sending its body
     */
    void send(HttpServerExchange exchange, Refusal why, ErrorPage.Facts facts, IoCallback bodyPending) {
        boolean pending = !exchange.isRequestComplete();
        if (pending || why == Refusal.BAD_REQUEST || why == Refusal.BAD_METHOD) {
            exchange.setPersistent(false);
        }
        if (!exchange.isHttp11() && !exchange.isHttp10()) { // we answer in a protocol of ours
            exchange.setProtocol(Protocols.HTTP_1_1);
        }
        HeaderMap asked = exchange.getRequestHeaders();
        ErrorPage.Page page =
                pages.render(why, asked.getFirst(Headers.ACCEPT), asked.getFirst(Headers.ACCEPT_LANGUAGE), facts);
        HeaderMap answer = exchange.getResponseHeaders();
        headers.forEach(answer::put);
        answer.put(Headers.CONTENT_TYPE, page.contentType());
        answer.put(Headers.CONTENT_LANGUAGE, page.language());
        answer.put(Headers.CONTENT_LENGTH, page.body().remaining());
        if (why == Refusal.BAD_METHOD) {
            answer.put(ALLOW, METHODS);
        } else if (why == Refusal.BUSY) {
            answer.put(Headers.RETRY_AFTER, "1");
        }
        exchange.setStatusCode(why.status());
        // endExchange() would first read the whole body, so a pending one needs another end
        exchange.getResponseSender().send(page.body(), pending ? bodyPending : IoCallback.END_EXCHANGE);
    }

    /** What a page shows. */
    ErrorPage.Facts facts(@Nullable String client, String requestId, String detail) {
        return new ErrorPage.Facts(client, requestId, time.iso(System.currentTimeMillis() / 1000), detail);
    }
}
