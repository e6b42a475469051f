package dev.ipgate.server;

import dev.ipgate.auth.Credentials;
import dev.ipgate.auth.Login;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.grants.Grant;
import dev.ipgate.http.ClientSide;
import dev.ipgate.net.IpAddress;
import dev.ipgate.server.Preference.Format;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;

/**
 * One request for the sign-in page: shows the form, or takes it and lets in whoever has sent the right password or an invite.
 * But for {@link #run}, it lives on the exchange's IO thread.
 */
final class SignIn implements SmallBody.Taker, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(SignIn.class);
    private static final long LONGEST_IN_QUEUE = Duration.ofSeconds(10).toNanos(); // few people wait for longer

    /** What there was to hash, or an invite to redeem. */
    private sealed interface Try {}

    private record Password(Credentials credentials) implements Try {}

    private record Invite(String token) implements Try {}

    /** What came of it: either a grant or a reason. */
    private record Outcome(
            @Nullable Grant grant, @Nullable Refusal why, String reason, long delayNanos, long retryAfterSeconds) {

        static Outcome of(Grant grant) {
            return new Outcome(grant, null, "", 0, 0);
        }

        static Outcome of(Refusal why, String reason) {
            return new Outcome(null, why, reason, 0, 0);
        }
    }

    private final Transaction transaction;
    private final HttpServerExchange exchange;
    private final Verdict verdict;
    private final IpAddress client;
    private final GrantsSettings settings;
    private final GrantsSettings.Page page;
    private final @Nullable PasswordDoor door;
    private final Surroundings surroundings;
    private final Preference preference;
    private @Nullable Try tried;
    private long queuedAt;

    /**
     * A request that the judge has let come here.
     *
     * @param settings have a sign-in page
     * @param door who has a password; null if only invites are good
     */
    SignIn(
            Transaction transaction,
            Verdict verdict,
            GrantsSettings settings,
            @Nullable PasswordDoor door,
            Surroundings surroundings) {
        this.transaction = transaction;
        this.exchange = transaction.exchange();
        this.verdict = verdict;
        this.client = Objects.requireNonNull(verdict.client().address());
        this.settings = settings;
        this.page = Objects.requireNonNull(settings.page());
        this.door = door;
        this.surroundings = surroundings;
        HeaderMap asked = exchange.getRequestHeaders();
        this.preference = Preference.of(asked.getFirst(Headers.ACCEPT), asked.getFirst(Headers.ACCEPT_LANGUAGE));
    }

    void start() {
        if (!transaction.request().method().equals("POST")) {
            transaction.passes(verdict);
            send(200, form(null));
        } else if (!FormFields.isType(exchange.getRequestHeaders().getFirst(Headers.CONTENT_TYPE))) {
            refuse(Refusal.BAD_REQUEST, "what is sent here is no form");
        } else {
            transaction.asks(verdict);
            SmallBody.read(transaction, this);
        }
    }

    @Override
    public void refused(Refusal why, String detail) {
        refuse(why, detail);
    }

    @Override
    public void taken(byte[] body) {
        try {
            FormFields form = FormFields.parse(body);
            String token = form.value("token").strip();
            tried = token.isEmpty() ? password(form) : new Invite(token);
        } catch (IllegalArgumentException e) {
            refuse(Refusal.BAD_REQUEST, "the form is malformed");
            return;
        }
        if (tried == null) { // which nobody could have, so that there is nothing to hash
            refuse(Refusal.NOT_SIGNED_IN, "nobody can have this user name or password");
            return;
        }
        queuedAt = System.nanoTime();
        if (!surroundings.passwords().enqueue(this)) {
            refuse(Refusal.BUSY, "the queue of passwords to be hashed is full");
        }
    }

    private @Nullable Try password(FormFields form) {
        try {
            return door == null ? null : new Password(Credentials.of(form.value("user"), form.value("password")));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    // ---- on a thread that may be slow -------------------------------------------------------------------------------

    @Override
    public void run() {
        Outcome outcome;
        try {
            outcome = System.nanoTime() - queuedAt < LONGEST_IN_QUEUE
                    ? decide()
                    : Outcome.of(Refusal.BUSY, "too many passwords are being hashed");
        } catch (IOException | IllegalStateException | IllegalArgumentException e) {
            LOG.error("not granted to {}, who has signed in: {}", client, e.getMessage());
            outcome = Outcome.of(Refusal.NOT_KEPT, String.valueOf(e.getMessage()));
        } catch (RuntimeException | Error e) { // and nobody is left waiting
            LOG.error("not granted to {}: signing in failed", client, e);
            outcome = Outcome.of(Refusal.NOT_KEPT, "signing in failed; the log says more");
        }
        Outcome known = outcome;
        try {
            exchange.getIoThread().execute(() -> guarded(() -> conclude(known)));
        } catch (RejectedExecutionException e) { // the gate stops, and its connections are closed
            LOG.debug("somebody signed in, and is not told", e);
        }
    }

    private Outcome decide() throws IOException {
        if (tried instanceof Invite invite) {
            return surroundings
                    .grants()
                    .redeem(invite.token(), client)
                    .map(Outcome::of)
                    .orElseGet(() -> Outcome.of(Refusal.INVITE_SPENT, "there is no such invite, or no more"));
        }
        Credentials credentials = ((Password) Objects.requireNonNull(tried)).credentials();
        Login login = Objects.requireNonNull(door).check().check(new Login.Unchecked(credentials), client);
        if (login instanceof Login.Right right) {
            return Outcome.of(surroundings.grants().signIn(client, right.user()));
        }
        if (login instanceof Login.Held held) {
            return new Outcome(
                    null,
                    Refusal.TOO_MANY_PASSWORDS,
                    "too many wrong passwords came from this client",
                    0,
                    held.retryAfterSeconds());
        }
        long delay = login instanceof Login.Wrong wrong ? wrong.delayNanos() : 0;
        return new Outcome(null, Refusal.NOT_SIGNED_IN, "the user name or the password is wrong", delay, 0);
    }

    // ---- the answer -------------------------------------------------------------------------------------------------

    private void conclude(Outcome outcome) {
        if (exchange.isComplete()) {
            return; // the client has left
        }
        if (outcome.grant() != null) {
            transaction.passes(verdict);
            send(200, surroundings.answers().signIn().done(preference, outcome.grant()));
        } else if (outcome.delayNanos() > 0 && surroundings.passwords().beginDelay()) {
            exchange.getIoThread()
                    .executeAfter(
                            () -> guarded(() -> {
                                surroundings.passwords().endDelay();
                                answer(outcome);
                            }),
                            outcome.delayNanos(),
                            TimeUnit.NANOSECONDS);
        } else {
            answer(outcome);
        }
    }

    private void answer(Outcome outcome) {
        if (exchange.isComplete()) {
            return; // the client has left
        }
        if (outcome.retryAfterSeconds() > 0) {
            exchange.getResponseHeaders().put(Headers.RETRY_AFTER, outcome.retryAfterSeconds());
        }
        refuse(Objects.requireNonNull(outcome.why()), outcome.reason());
    }

    /** People get the form again, programs what they get everywhere. */
    private void refuse(Refusal why, String reason) {
        Verdict refused = Verdict.refuse(verdict.client(), why, reason);
        if (preference.format() == Format.HTML && exchange.isRequestComplete()) {
            transaction.refuses(refused);
            send(why.status(), form(why));
        } else {
            transaction.refuse(refused);
        }
    }

    private ErrorPage.Page form(@Nullable Refusal why) {
        return surroundings.answers().signIn().form(preference.language(), settings, page, client, why);
    }

    private void send(int status, ErrorPage.Page sent) {
        boolean pending = !exchange.isRequestComplete();
        if (pending) {
            exchange.setPersistent(false);
        }
        exchange.setStatusCode(status);
        ClientSide.add(exchange, sent.headers());
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, sent.body().remaining());
        new PageSending(transaction, ClientSide.answer(exchange), sent.body(), pending).run();
    }

    /** The exchange's own caller, which cuts a request that fails, has long gone. */
    private void guarded(Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException e) {
            LOG.error("a request for the sign-in page failed: it is cut", e);
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
