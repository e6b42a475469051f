package dev.ipgate.server;

import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.upstream.AppRequest;
import dev.ipgate.upstream.Upstream;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Everything made from one reading of the conf file, and the way of a request through it: framing, client address,
 * access decision, upstream. Immutable; swapped whole.
 */
final class Snapshot {

    private final Settings settings;
    private final Judge judge;
    private final List<Upstream> upstreams; // by Place.number
    private final AccessLog accessLog;
    private final Surroundings surroundings;

    Snapshot(Configuration configuration, List<Upstream> upstreams, AccessLog accessLog, Surroundings surroundings) {
        this.settings = configuration.settings();
        this.judge = configuration.judge();
        this.upstreams = List.copyOf(upstreams);
        this.accessLog = accessLog;
        this.surroundings = surroundings;
    }

    Settings settings() {
        return settings;
    }

    Judge judge() {
        return judge;
    }

    List<Upstream> upstreams() {
        return upstreams;
    }

    AccessLog accessLog() {
        return accessLog;
    }

    /**
     * Answers or forwards one request. Every way out of here that is not a forward is a refusal.
     *
     * @param current the judge of the day, which is asked again while an answer streams
     */
    void handle(HttpServerExchange exchange, Supplier<Judge> current) {
        Transaction transaction = new Transaction(exchange, surroundings, accessLog);
        if (Framing.isRefusedMethod(exchange.getRequestMethod())) {
            String method = exchange.getRequestMethod().toString();
            transaction.refuse(
                    Verdict.refuse(transaction.link().direct(), Refusal.BAD_METHOD, method), Refusal.BAD_METHOD);
            return;
        }
        if (Framing.isTooLarge(exchange)) {
            String most = settings.limits().headerBytes() + " bytes";
            transaction.refuse(
                    Verdict.refuse(transaction.link().direct(), Refusal.HEAD_TOO_LARGE, most), Refusal.HEAD_TOO_LARGE);
            return;
        }
        String wrong = Framing.whatIsWrong(exchange);
        if (wrong != null) {
            transaction.refuse(
                    Verdict.refuse(transaction.link().direct(), Refusal.BAD_REQUEST, wrong), Refusal.BAD_REQUEST);
            return;
        }
        HeaderMap headers = exchange.getRequestHeaders();
        Request request = new Request(
                transaction.link().direct(),
                headers::get,
                exchange.getRequestScheme(),
                headers.getFirst(Headers.HOST),
                exchange.getRequestMethod().toString(),
                Framing.path(exchange));
        Verdict verdict = judge.judge(request, now());
        Verdict.Excess excess = verdict.passes() ? excess(exchange) : null;
        if (excess != null) {
            transaction.refuse(verdict.refusedFor(excess), excess.refusal());
        } else if (verdict.refusal() != null) {
            transaction.refuse(verdict, verdict.refusal());
        } else {
            transaction.passes(verdict);
            forward(exchange, request, verdict, transaction, current);
        }
    }

    private void forward(
            HttpServerExchange exchange,
            Request request,
            Verdict verdict,
            Transaction transaction,
            Supplier<Judge> current) {
        LimitSettings limits = settings.limits();
        Place place = verdict.entered();
        upstreams
                .get(place.number())
                .forward(
                        exchange,
                        new AppRequest(
                                verdict.client(),
                                settings.clientAddress().header(),
                                judge.scheme(request),
                                judge.host(request),
                                judge.replacesOrigin(request, place),
                                limits.requestBody(),
                                limits.idleTimeout(),
                                limits.streamIdleTimeout(),
                                () -> current.get().judge(request, now()).passes(),
                                surroundings.connections()::areClosing),
                        transaction);
    }

    private Verdict.@Nullable Excess excess(HttpServerExchange exchange) {
        LimitSettings limits = settings.limits();
        HeaderMap headers = exchange.getRequestHeaders();
        if (Framing.headerBytes(headers) > limits.headerBytes()) {
            return new Verdict.Excess(Refusal.HEAD_TOO_LARGE, limits.headerBytes() + " bytes");
        }
        String length = headers.getFirst(Headers.CONTENT_LENGTH);
        boolean tooLong = limits.requestBody() != LimitSettings.UNLIMITED
                && length != null
                && Long.parseLong(length) > limits.requestBody();
        return tooLong ? new Verdict.Excess(Refusal.BODY_TOO_LARGE, limits.requestBody() + " bytes") : null;
    }

    private static long now() {
        return System.currentTimeMillis() / 1000;
    }
}
