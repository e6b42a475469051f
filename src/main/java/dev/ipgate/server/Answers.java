package dev.ipgate.server;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.ClientSide;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** Sends the page of a refusal in place of the app's answer. */
final class Answers {

    /** Which methods there are, where a refused one is not among them. */
    static final HttpString ALLOW = new HttpString("Allow");

    private static final String METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS";

    private final ErrorPage pages = new ErrorPage();
    private @Nullable SignInPage signIn; // made when somebody asks for it, as a start has no time for it
    private final LogTime time = new LogTime(ZoneOffset.UTC);

    /**
     * Answers with the refusal's status and page. The connection closes after a request that cannot be trusted, after
     * one whose body is not read, and after one that needs another handshake.
     */
    void send(Transaction transaction, Refusal why, ErrorPage.Facts facts) {
        HttpServerExchange exchange = transaction.exchange();
        boolean pending = !exchange.isRequestComplete();
        if (pending || why == Refusal.BAD_REQUEST || why == Refusal.BAD_METHOD || why == Refusal.NO_CERTIFICATE) {
            exchange.setPersistent(false);
        }
        HeaderMap asked = exchange.getRequestHeaders();
        ErrorPage.Page page =
                pages.render(why, asked.getFirst(Headers.ACCEPT), asked.getFirst(Headers.ACCEPT_LANGUAGE), facts);
        HeaderMap answer = exchange.getResponseHeaders();
        ClientSide.add(exchange, page.headers());
        answer.put(Headers.CONTENT_LENGTH, page.body().remaining());
        if (why == Refusal.BAD_METHOD && !answer.contains(ALLOW)) {
            answer.put(ALLOW, METHODS);
        } else if (why == Refusal.BUSY) {
            answer.put(Headers.RETRY_AFTER, "1");
        }
        exchange.setStatusCode(why.status());
        new PageSending(transaction, ClientSide.answer(exchange), page.body(), pending).run();
    }

    /** The sign-in page. */
    synchronized SignInPage signIn() {
        SignInPage made = signIn;
        if (made == null) {
            made = new SignInPage();
            signIn = made;
        }
        return made;
    }

    /** What a page shows. */
    ErrorPage.Facts facts(@Nullable String client, String requestId, String detail, @Nullable String signIn) {
        return new ErrorPage.Facts(client, requestId, time.iso(LoopClock.currentTimeMillis() / 1000), detail, signIn);
    }
}
