package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import dev.ipgate.upstream.Failure;
import dev.ipgate.upstream.FailureHandler;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.ExchangeCompletionListener;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** One request from its first look to its line in the access log. Ends once, however it ends. */
final class Transaction implements ExchangeCompletionListener, FailureHandler, IoCallback {

    private final HttpServerExchange exchange;
    private final ClientConnections.Link link;
    private final Surroundings surroundings;
    private final AccessLog log;
    private final long id;
    private final long startedAt = System.nanoTime();
    private @Nullable Verdict verdict;
    private @Nullable String cut;
    private boolean ended;

    Transaction(HttpServerExchange exchange, Surroundings surroundings, AccessLog log) {
        this.exchange = exchange;
        this.surroundings = surroundings;
        this.log = log;
        link = surroundings.connections().of(exchange);
        id = surroundings.requestIds().next();
        link.setBusy(true);
        exchange.addExchangeCompleteListener(this);
        if (surroundings.connections().areClosing()) {
            exchange.setPersistent(false);
        }
    }

    HttpServerExchange exchange() {
        return exchange;
    }

    ClientConnections.Link link() {
        return link;
    }

    long id() {
        return id;
    }

    @Nullable
    Verdict verdict() {
        return verdict;
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

    void passes(Verdict passed) {
        verdict = passed;
    }

    void refuse(Verdict refused, Refusal why) {
        verdict = refused;
        send(why, refused.detail());
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
        ErrorPage.Facts facts =
                surroundings.answers().facts(client == null ? null : client.toString(), RequestIds.text(id), detail);
        surroundings.answers().send(exchange, why, facts, this);
    }

    /** The page is out, and the client is still sending. */
    @Override
    public void onComplete(HttpServerExchange answered, Sender sender) {
        bodyPending(answered);
    }

    @Override
    public void onException(HttpServerExchange broken, Sender sender, IOException e) {
        IoUtils.safeClose(exchange.getConnection());
        cut(exchange, "the client is gone");
    }

    @Override
    public void bodyPending(HttpServerExchange answered) {
        end();
        Lingering.close((AbstractServerConnection) exchange.getConnection());
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
            link.setBusy(false);
            log.write(this);
        }
    }
}
