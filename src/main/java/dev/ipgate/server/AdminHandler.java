package dev.ipgate.server;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.grants.Grant;
import dev.ipgate.http.BodySink;
import dev.ipgate.http.ClientSide;
import dev.ipgate.http.HeaderLines;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/** Answers requests on the admin listener: who may look is decided as on the gate, and nothing is forwarded. */
final class AdminHandler implements HttpHandler {

    private static final Logger LOG = LoggerFactory.getLogger(AdminHandler.class);
    private static final int MOST_AT_WORK = 8; // pages that are being made
    private static final int RETRY_SECONDS = 5;
    private static final HeaderLines HEADERS = headers();

    /** Where the status page has grants taken back; the form's field is {@code address}. */
    private static final String REVOKE = "/api/grants/revoke";

    private final Supplier<Snapshot> current;
    private final Surroundings surroundings;
    private final AdminPages pages;
    private final AtomicInteger atWork = new AtomicInteger();

    AdminHandler(Supplier<Snapshot> current, Surroundings surroundings, AdminPages pages) {
        this.current = current;
        this.surroundings = surroundings;
        this.pages = pages;
    }

    /** Nothing is kept, guessed or told to others. */
    private static HeaderLines headers() {
        Map<HttpString, String> headers = new LinkedHashMap<>();
        headers.put(Headers.CACHE_CONTROL, "no-store");
        headers.put(Headers.X_CONTENT_TYPE_OPTIONS, "nosniff");
        headers.put(new HttpString("Cross-Origin-Resource-Policy"), "same-origin");
        headers.put(Headers.REFERRER_POLICY, "no-referrer");
        return new HeaderLines(headers);
    }

    @Override
    public void handleRequest(HttpServerExchange exchange) {
        Snapshot snapshot = current.get();
        AdminDoor door = snapshot.admin();
        Transaction transaction = new Transaction(exchange, surroundings, this::ended);
        if (door == null) { // a reload has closed the listener, and this connection is from before
            IoUtils.safeClose(exchange.getConnection());
            return;
        }
        Verdict malformed = Framing.judge(
                exchange,
                transaction.link().direct(),
                snapshot.settings().limits().headerBytes());
        if (malformed != null) {
            transaction.refuse(malformed);
            return;
        }
        Request request = transaction.request();
        Verdict verdict = door.judge(request, snapshot.judge().client(request), LoopClock.currentTimeMillis() / 1000);
        if (verdict.refusal() != null) {
            transaction.refuse(verdict);
        } else if (verdict.asksPassword()) {
            authenticate(exchange, request, verdict, transaction, snapshot);
        } else {
            answer(transaction, request, verdict);
        }
    }

    /** What was refused is remembered and logged as on the gate; what was answered, once a scrape, is not. */
    private void ended(Transaction transaction) {
        surroundings.denials().note(transaction, LoopClock.currentTimeMillis() / 1000);
    }

    private void authenticate(
            HttpServerExchange exchange, Request request, Verdict verdict, Transaction transaction, Snapshot snapshot) {
        IpAddress client = Objects.requireNonNull(verdict.client().address());
        PasswordDoor password = Objects.requireNonNull(snapshot.adminPassword());
        transaction.asks(verdict);
        new Authentication(
                        exchange,
                        transaction,
                        verdict,
                        client,
                        password,
                        surroundings.passwords(),
                        entered -> answer(transaction, request, entered))
                .start();
    }

    private void answer(Transaction transaction, Request request, Verdict verdict) {
        HttpServerExchange exchange = transaction.exchange();
        String method = request.method();
        if (method.equals("POST") && request.path().equals(REVOKE)) {
            revoke(transaction, request, verdict);
            return;
        }
        if (!method.equals("GET") && !method.equals("HEAD")) {
            exchange.getResponseHeaders().put(Answers.ALLOW, "GET, HEAD");
            transaction.refuse(Verdict.refuse(verdict.client(), Refusal.BAD_METHOD, method));
            return;
        }
        transaction.passes(verdict);
        if (request.path().equals(StatusEvents.PATH) && method.equals("GET")) {
            listen(transaction, request);
            return;
        }
        AdminPages.Page page = pages.find(request.path());
        if (page == null) {
            send(transaction, AdminAnswer.text(404, "There is no such page; there are " + pages.names() + ".\n"));
        } else if (atWork.incrementAndGet() > MOST_AT_WORK) {
            atWork.decrementAndGet();
            send(transaction, AdminAnswer.text(503, "Too many ask at once.\n"));
        } else {
            String accept = exchange.getRequestHeaders().getFirst(Headers.ACCEPT);
            exchange.dispatch(
                    SameThreadExecutor.INSTANCE,
                    () -> exchange.getIoThread().getWorker().execute(() -> make(transaction, page, accept)));
        }
    }

    // ---- taking a grant back ----------------------------------------------------------------------------------------

    private void revoke(Transaction transaction, Request request, Verdict verdict) {
        String stranger = current.get().judge().strangeOrigin(request);
        if (stranger != null) { // a page of another site that made the operator's browser send it
            transaction.refuse(Verdict.refuse(verdict.client(), Refusal.FOREIGN_ORIGIN, stranger));
            return;
        }
        transaction.passes(verdict);
        SmallBody.read(transaction, new SmallBody.Taker() {
            @Override
            public void taken(byte[] body) {
                atWork.incrementAndGet();
                transaction
                        .exchange()
                        .getIoThread()
                        .getWorker()
                        .execute(() -> make(transaction, unused -> revoked(body, verdict), null));
            }

            @Override
            public void refused(Refusal why, String detail) {
                transaction.refuse(Verdict.refuse(verdict.client(), why, detail));
            }
        });
    }

    /** On a thread that may take its time. */
    private AdminAnswer revoked(byte[] body, Verdict verdict) {
        try {
            CidrBlock whom = CidrBlock.parse(FormFields.parse(body).value("address"));
            String by = verdict.user() == null ? "the status page" : verdict.user();
            return surroundings.grants().revoke(whom, by).isEmpty()
                    ? AdminAnswer.text(404, Grant.text(whom) + " is not granted.\n")
                    : AdminAnswer.text(200, "Revoked.\n");
        } catch (IllegalArgumentException | IllegalStateException e) {
            return AdminAnswer.text(400, e.getMessage() + "\n");
        } catch (IOException e) {
            LOG.error("a grant could not be taken back: {}", e.getMessage());
            return AdminAnswer.text(503, e.getMessage() + "\n");
        }
    }

    // ---- events -----------------------------------------------------------------------------------------------------

    /** From now on the client is told whatever changes. */
    private void listen(Transaction transaction, Request request) {
        HttpServerExchange exchange = transaction.exchange();
        Snapshot entered = current.get();
        boolean taken = exchange.isRequestComplete()
                && pages.events().add(transaction, () -> mayStay(entered, request), () -> begin(exchange));
        if (!taken) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, RETRY_SECONDS);
            send(transaction, AdminAnswer.text(503, "Too many listen; ask /api/status once in a while.\n"));
        }
    }

    /** After a reload everybody has to ask anew, and a rule may end without one. */
    @SuppressWarnings("ReferenceEquality") // each reading of the conf file has its own
    private boolean mayStay(Snapshot entered, Request request) {
        Snapshot snapshot = current.get();
        AdminDoor door = snapshot.admin();
        return snapshot.settings() == entered.settings() // which other addresses in a group do not change
                && door != null
                && door.judge(request, snapshot.judge().client(request), LoopClock.currentTimeMillis() / 1000)
                                .refusal()
                        == null;
    }

    private static BodySink begin(HttpServerExchange exchange) {
        exchange.setStatusCode(200);
        ClientSide.add(exchange, HEADERS);
        exchange.getResponseHeaders()
                .put(Headers.CONTENT_TYPE, StatusEvents.TYPE)
                .put(Headers.CONTENT_SECURITY_POLICY, AdminAnswer.NOTHING);
        return ClientSide.answer(exchange);
    }

    /** On a thread that may take its time. */
    private void make(Transaction transaction, AdminPages.Page page, @Nullable String accept) {
        AdminAnswer answer;
        try {
            answer = page.answer(accept);
        } catch (RuntimeException | Error e) { // and nobody is left waiting
            LOG.error("a page of the admin listener failed", e);
            answer = AdminAnswer.text(500, "This page failed; the log says more.\n");
        } finally {
            atWork.decrementAndGet();
        }
        AdminAnswer made = answer;
        try {
            transaction.exchange().getIoThread().execute(() -> send(transaction, made));
        } catch (RejectedExecutionException e) { // the gate stops, and its connections are closed
            LOG.debug("a page was made for nobody", e);
        }
    }

    private static void send(Transaction transaction, AdminAnswer answer) {
        HttpServerExchange exchange = transaction.exchange();
        if (exchange.isComplete()) {
            return; // the client has left
        }
        boolean pending = !exchange.isRequestComplete();
        if (pending) {
            exchange.setPersistent(false);
        }
        exchange.setStatusCode(answer.status());
        ClientSide.add(exchange, HEADERS);
        HeaderMap headers = exchange.getResponseHeaders();
        headers.put(Headers.CONTENT_TYPE, answer.contentType());
        headers.put(Headers.CONTENT_SECURITY_POLICY, answer.policy());
        headers.put(Headers.CONTENT_LENGTH, answer.body().remaining());
        new PageSending(transaction, ClientSide.answer(exchange), answer.body(), pending).run();
    }
}
