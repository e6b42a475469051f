package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.http.ClientSide;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a listener answers by itself, to anybody and before any rule: ACME challenges, and the redirect to https. */
final class ListenerAnswers {

    private static final Logger LOG = LoggerFactory.getLogger(ListenerAnswers.class);
    private static final int MOST_READS = 16; // of challenges at a time, by all strangers together

    private final Occasional troubles = new Occasional(LOG);
    private final AtomicInteger reads = new AtomicInteger();

    /** Answers if the listener has an answer; false if the request is for the rules to judge. */
    boolean answer(Transaction transaction, Request request, Judge judge) {
        ListenSettings listen = transaction.link().listen();
        Path challenges = listen.acmeChallenges();
        if (challenges != null && request.path().startsWith(AcmeChallenges.PREFIX)) {
            challenge(transaction, judge.client(request), challenges, AcmeChallenges.token(request.path()));
            return true;
        }
        if (listen.redirectToHttps() && judge.scheme(request).equals("http")) {
            redirect(transaction, request, judge);
            return true;
        }
        return false;
    }

    // ---- the redirect -----------------------------------------------------------------------------------------------

    private static void redirect(Transaction transaction, Request request, Judge judge) {
        HttpServerExchange exchange = transaction.exchange();
        ClientAddress client = judge.client(request);
        String host = request.host() == null ? "" : request.host();
        if (judge.isOurs(host)) {
            String query = exchange.getQueryString();
            String target = ClientSide.target(exchange);
            String mark = query.isEmpty() && !target.endsWith("?") ? "" : "?";
            String url = "https://" + HostName.withoutPort(host) + request.path() + mark + query;
            exchange.getResponseHeaders().put(Headers.LOCATION, url);
            transaction.refuse(Verdict.refuse(client, Refusal.TO_HTTPS, url));
        } else {
            transaction.refuse(Verdict.refuse(client, Refusal.UNKNOWN_HOST, host));
        }
    }

    // ---- challenges -------------------------------------------------------------------------------------------------

    private void challenge(Transaction transaction, ClientAddress client, Path folder, @Nullable String token) {
        HttpServerExchange exchange = transaction.exchange();
        String method = exchange.getRequestMethod().toString(); // as the Undertow type would have it, get is GET
        boolean shows = method.equals("GET") || method.equals("HEAD");
        if (token == null || !shows || !exchange.isRequestComplete()) {
            refuse(transaction, client, Refusal.NO_CHALLENGE);
        } else if (reads.incrementAndGet() > MOST_READS) {
            reads.decrementAndGet();
            refuse(transaction, client, Refusal.BUSY);
        } else {
            exchange.dispatch(
                    SameThreadExecutor.INSTANCE,
                    () -> exchange.getIoThread().getWorker().execute(() -> read(transaction, client, folder, token)));
        }
    }

    private static void refuse(Transaction transaction, ClientAddress client, Refusal why) {
        transaction.refuse(Verdict.refuse(client, why, "an ACME challenge"));
    }

    /** On a thread that may wait. */
    private void read(Transaction transaction, ClientAddress client, Path folder, String token) {
        ByteBuffer content = null;
        try {
            content = AcmeChallenges.read(folder, token);
        } catch (NoSuchFileException | NotDirectoryException e) {
            LOG.debug("no challenge \"{}\" in \"{}\"", token, folder);
        } catch (IOException e) {
            troubles.warn("acme_challenges: \"" + folder + "\": the challenge \"" + token + "\" cannot be read: " + e);
        } finally {
            reads.decrementAndGet();
        }
        ByteBuffer found = content;
        try {
            transaction.exchange().getIoThread().execute(() -> send(transaction, client, found));
        } catch (RejectedExecutionException e) { // the gate stops, and its connections are closed
            LOG.debug("a challenge was read for nobody", e);
        }
    }

    private static void send(Transaction transaction, ClientAddress client, @Nullable ByteBuffer content) {
        HttpServerExchange exchange = transaction.exchange();
        if (exchange.isComplete()) {
            return; // the client has left
        }
        if (content == null) {
            refuse(transaction, client, Refusal.NO_CHALLENGE);
            return;
        }
        transaction.passes(Verdict.answeredHere(client, "an ACME challenge"));
        HeaderMap answer = exchange.getResponseHeaders();
        answer.put(Headers.CONTENT_TYPE, "text/plain");
        answer.put(Headers.CONTENT_LENGTH, content.remaining());
        answer.put(Headers.CACHE_CONTROL, "no-store");
        answer.put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        new PageSending(transaction, ClientSide.answer(exchange), content, false).run();
    }
}
