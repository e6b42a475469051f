package dev.ipgate.server;

import dev.ipgate.config.TlsSettings;
import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.ClientSide;
import dev.ipgate.net.IpAddress;
import dev.ipgate.upstream.Failure;
import dev.ipgate.upstream.FailureHandler;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** One request from its first look to its line in the access log. Ends once, however it ends. */
final class Transaction implements ExchangeCompletionListener, FailureHandler {

    private final HttpServerExchange exchange;
    private final ClientLink link;
    private final Surroundings surroundings;
    private final Consumer<Transaction> atEnd;
    private final long id;
    private final long startedAt = LoopClock.nanoTime();
    private @Nullable Request request;
    private @Nullable Verdict verdict;
    private @Nullable String cut;
    private boolean ended;
    private @Nullable Runnable onEnd;

    /** @param atEnd is told when it has ended, once, on the exchange's IO thread */
    Transaction(HttpServerExchange exchange, Surroundings surroundings, Consumer<Transaction> atEnd) {
        this.exchange = exchange;
        this.surroundings = surroundings;
        this.atEnd = atEnd;
        link = ClientSide.link(exchange);
        id = surroundings.requestIds().next();
        link.begin();
        exchange.addExchangeCompleteListener(this);
        TlsSettings tls = link.tls() == null ? null : link.listen().tls();
        if (tls != null && !tls.hsts().isZero()) {
            exchange.getResponseHeaders()
                    .put(
                            Headers.STRICT_TRANSPORT_SECURITY,
                            "max-age=" + tls.hsts().toSeconds());
        }
        if (surroundings.connections().areClosing()) {
            exchange.setPersistent(false);
        }
    }

    HttpServerExchange exchange() {
        return exchange;
    }

    ClientLink link() {
        return link;
    }

    long id() {
        return id;
    }

    @Nullable
    Verdict verdict() {
        return verdict;
    }

    /** What a verdict depends on. */
    Request request() {
        Request known = request;
        if (known == null) {
            known = Framing.request(exchange);
            request = known;
        }
        return known;
    }

    /** Why the answer was broken off, or null. */
    @Nullable
    String cut() {
        return cut;
    }

    /** Nanoseconds since it began. */
    long nanos() {
        return System.nanoTime() - startedAt;
    }

    /** Has something done when it ends, in place of what was to be done before. */
    void onEnd(@Nullable Runnable action) {
        onEnd = action;
    }

    /** A password decides, and the request waits for it. */
    void asks(Verdict undecided) {
        verdict = undecided;
    }

    void passes(Verdict passed) {
        verdict = passed;
    }

    /** It is refused; the caller sends a page of its own. */
    void refuses(Verdict refused) {
        verdict = refused;
    }

    /** Sends the page of a verdict that refuses. */
    void refuse(Verdict refused) {
        verdict = refused;
        send(Objects.requireNonNull(refused.refusal()), refused.detail());
    }

    @Override
    public void answer(HttpServerExchange unanswered, Failure failure) {
        surroundings
                .failures()
                .warn(failure.detail() + " (" + exchange.getRequestMethod() + " "
                        + AccessLog.printable(exchange.getRequestURI()) + ", request " + RequestIds.text(id) + ")");
        send(
                switch (failure.kind()) {
                    case UNREACHABLE -> Refusal.APP_UNREACHABLE;
                    case BROKEN -> Refusal.APP_FAILED;
                    case SILENT -> Refusal.APP_SILENT;
                    case BUSY -> Refusal.BUSY;
                    case BAD_BODY -> Refusal.BAD_REQUEST;
                    case BODY_TOO_LARGE -> Refusal.BODY_TOO_LARGE;
                    case BODY_STALLED -> Refusal.BODY_STALLED;
                },
                failure.page());
    }

    private void send(Refusal why, String detail) {
        IpAddress client = verdict == null ? null : verdict.client().address();
        Place place = verdict == null ? null : verdict.place();
        ErrorPage.Facts facts = surroundings
                .answers()
                .facts(
                        client == null ? null : client.toString(),
                        RequestIds.text(id),
                        detail,
                        place == null ? null : place.signIn());
        surroundings.answers().send(this, why, facts);
    }

    /** The client did not take the page. */
    void notAnswered() {
        cut(exchange, "the client is gone");
        IoUtils.safeClose(exchange.getConnection());
    }

    @Override
    public void bodyPending(HttpServerExchange answered) {
        end();
        ClientSide.linger(exchange);
    }

    @Override
    public void cut(HttpServerExchange broken, String reason) {
        cut = reason;
        end();
    }

    @Override
    public void exchangeEvent(HttpServerExchange completed, NextListener next) {
        end();
        next.proceed();
    }

    private void end() {
        if (!ended) {
            ended = true;
            link.end();
            atEnd.accept(this);
            if (onEnd != null) {
                onEnd.run();
            }
        }
    }
}
