package dev.ipgate.server;

import dev.ipgate.auth.Login;
import dev.ipgate.auth.Login.Unchecked;
import dev.ipgate.http.ClientSide;
import dev.ipgate.net.IpAddress;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import io.undertow.util.StatusCodes;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/**
 * One request at a password door. What is known of its credentials is decided at once; else they are hashed by a thread that
 * may be slow, and the answer to wrong ones may have to wait. But for {@link #run}, it lives on the exchange's IO thread.
 */
final class Authentication implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Authentication.class);
    private static final long LONGEST_IN_QUEUE = Duration.ofSeconds(10).toNanos(); // few people wait for longer

    private final HttpServerExchange exchange;
    private final Transaction transaction;
    private final Verdict asked;
    private final IpAddress client;
    private final PasswordDoor door;
    private final PasswordWork work;
    private final Consumer<Verdict> enter;

    private @Nullable Unchecked unchecked; // while it is hashed
    private long queuedAt;
    private XnioExecutor.@Nullable Key delay; // while the answer waits
    private boolean waiting;

    /**
     * A request that stands before the door.
     *
     * @param asked the verdict that leaves it to the password
     * @param enter goes on with the request, once its password is right
     */
    Authentication(
            HttpServerExchange exchange,
            Transaction transaction,
            Verdict asked,
            IpAddress client,
            PasswordDoor door,
            PasswordWork work,
            Consumer<Verdict> enter) {
        this.exchange = exchange;
        this.transaction = transaction;
        this.asked = asked;
        this.client = client;
        this.door = door;
        this.work = work;
        this.enter = enter;
    }

    void start() {
        conclude(door.look(exchange, client));
    }

    private void conclude(Login login) {
        if (login instanceof Login.Right right) {
            enter.accept(asked.enteredBy(right.user()));
        } else if (login instanceof Login.Missing missing) {
            challenge(
                    Refusal.NO_PASSWORD,
                    missing.malformed()
                            ? "the Authorization header holds no credentials that anybody could have"
                            : "no credentials were sent");
        } else if (login instanceof Login.Wrong wrong) {
            answerWrong(wrong.delayNanos());
        } else if (login instanceof Login.Held held) {
            tooMany(held.retryAfterSeconds());
        } else if (login instanceof Unchecked slow) {
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> hash(slow));
        }
    }

    private void challenge(Refusal why, String reason) {
        exchange.getResponseHeaders().put(Headers.WWW_AUTHENTICATE, door.challenge());
        refuse(why, reason);
    }

    private void tooMany(long retryAfterSeconds) {
        exchange.getResponseHeaders().put(Headers.RETRY_AFTER, retryAfterSeconds);
        refuse(Refusal.TOO_MANY_PASSWORDS, "too many wrong passwords came from this client");
    }

    private void refuse(Refusal why, String reason) {
        transaction.refuse(asked.withoutPassword(why, reason));
    }

    // ---- hashing ----------------------------------------------------------------------------------------------------

    private void hash(Unchecked slow) {
        unchecked = slow;
        queuedAt = System.nanoTime();
        if (work.enqueue(this)) {
            await();
        } else {
            refuse(Refusal.BUSY, "the queue of passwords to be hashed is full");
        }
    }

    /** Hashes; on a thread that may be slow. */
    @Override
    public void run() {
        Unchecked slow = unchecked;
        Login login = null;
        try {
            if (slow != null && System.nanoTime() - queuedAt < LONGEST_IN_QUEUE) {
                login = door.check().check(slow, client);
            }
        } catch (RuntimeException | Error e) { // and nobody is left waiting
            LOG.error("a password could not be checked: nobody is let in by it", e);
        }
        Login checked = login;
        try {
            exchange.getIoThread().execute(() -> goOn(() -> checked(checked)));
        } catch (RejectedExecutionException e) { // the gate stops, and its connections are closed
            LOG.debug("a password was checked for nobody", e);
        }
    }

    private void checked(@Nullable Login login) {
        if (!waiting) {
            return; // for the client has left
        }
        stopWaiting();
        if (login == null || login instanceof Unchecked) {
            refuse(Refusal.BUSY, "too many passwords are being hashed");
        } else {
            conclude(login);
        }
    }

    /** The exchange's own caller, which cuts a request that fails, has long gone. */
    private void goOn(Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException e) {
            LOG.error("a request failed after its password was checked: it is cut, and not forwarded", e);
            IoUtils.safeClose(exchange.getConnection());
        }
    }

    // ---- delayed answers --------------------------------------------------------------------------------------------

    private void answerWrong(long delayNanos) {
        if (delayNanos <= 0) {
            wrong();
        } else if (!work.beginDelay()) {
            tooMany(Math.max(1, TimeUnit.NANOSECONDS.toSeconds(delayNanos)));
        } else {
            exchange.dispatch(SameThreadExecutor.INSTANCE, () -> {
                delay = exchange.getIoThread()
                        .executeAfter(() -> goOn(this::delayed), delayNanos, TimeUnit.NANOSECONDS);
                await();
            });
        }
    }

    private void delayed() {
        if (waiting) {
            stopWaiting();
            wrong();
        }
    }

    private void wrong() {
        challenge(Refusal.WRONG_PASSWORD, "the user name or the password is wrong");
    }

    // ---- the client while it waits ----------------------------------------------------------------------------------

    private void await() {
        waiting = true;
        exchange.setStatusCode(StatusCodes.UNAUTHORIZED); // for the log, if the client leaves
        transaction.onEnd(this::gone);
        ClientSide.onClientGoneUnread(exchange, this::left);
    }

    private void stopWaiting() {
        waiting = false;
        unchecked = null;
        exchange.setStatusCode(StatusCodes.OK);
        transaction.onEnd(null);
        ClientSide.onClientGoneUnread(exchange, null);
        if (delay != null) {
            delay.remove();
            delay = null;
            work.endDelay();
        }
    }

    /** The client sends no more, and is not going to read. */
    private void left() {
        if (waiting) {
            transaction.notAnswered();
        }
    }

    /** The exchange is over. */
    private void gone() {
        if (waiting) {
            work.withdraw(this);
            stopWaiting();
        }
    }
}
