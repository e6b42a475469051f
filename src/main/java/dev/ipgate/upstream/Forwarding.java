package dev.ipgate.upstream;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.BodySource;
import dev.ipgate.http.ClientSide;
import dev.ipgate.upstream.Failure.Kind;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * One request on its way to the app and its answer on the way back: whose turn it is, for how long, and how it ends. Lives
 * on the exchange's IO thread.
 */
final class Forwarding implements Runnable {

    /*
     * The work is done by others: the intake spools the body, the assignment finds an app and a connection to it, and an
     * app exchange says what there is to say on that connection. They tell the forwarding what has happened, and it alone
     * decides what that means for the request.
     */

    private static final long ADMISSION_NANOS =
            Duration.ofSeconds(2).toNanos(); // between two looks at a stream's right

    private enum Phase {
        SPOOLING,
        CONNECTING,
        AWAITING_ANSWER,
        ANSWERING,
        TUNNELING,
        ENDED
    }

    private final Lane lane;
    private final UpstreamSettings settings;
    private final HttpServerExchange exchange;
    private final AppRequest request;
    private final FailureHandler failures;
    private final Assignment assignment;

    /** Where the lane keeps it; -1 when it does not. */
    int index = -1;

    private Phase phase = Phase.CONNECTING;
    private long progressAt = LoopClock.nanoTime();
    private long progressSeen;
    private long admissionAt = progressAt;
    private @Nullable Intake intake;
    private @Nullable AppExchange appExchange; // on the connection that the assignment has

    Forwarding(
            Lane lane,
            UpstreamSettings settings,
            HttpServerExchange exchange,
            AppRequest request,
            FailureHandler failures) {
        this.lane = lane;
        this.settings = settings;
        this.exchange = exchange;
        this.request = request;
        this.failures = failures;
        assignment = new Assignment(lane, this);
    }

    /** Starts. */
    @Override
    public void run() {
        lane.enter(this);
        if (isToBeSpooled()) {
            spool();
        } else {
            watchClient();
            seek();
        }
    }

    private void seek() {
        if (phase != Phase.ENDED) { // as it is if the client has left already
            assignment.seek(progressAt);
        }
    }

    private boolean isToBeSpooled() {
        return switch (settings.requestBuffering()) {
            case OFF -> false;
            case CHUNKED -> RequestHead.isChunked(exchange);
            case ALL -> !exchange.isRequestComplete();
        };
    }

    private void spool() {
        phase = Phase.SPOOLING;
        Intake taking = Intake.enter(lane, this, exchange, request.idleTimeout());
        if (taking == null) {
            fail(new Failure(Kind.BUSY, Spool.MOST_BODIES + " request bodies are being spooled already"));
            return;
        }
        intake = taking;
        taking.start();
    }

    /** The whole body is spooled. */
    void takenIn() {
        phase = Phase.CONNECTING;
        progressed();
        watchClient();
        seek();
    }

    /** The request's body as it comes from the client. */
    BodySource clientBody() {
        return ClientSide.body(exchange, request.bodyLimit());
    }

    private void watchClient() {
        ClientSide.onClientGone(exchange, this::clientGone);
    }

    /** There is a connection to an app. */
    void connected(AppConnection connection) {
        phase = Phase.AWAITING_ANSWER;
        progressed();
        AppExchange starting = new AppExchange(lane, this, exchange, request, intake, connection);
        appExchange = starting;
        starting.start();
    }

    /** The app has the whole request. */
    void sent() {
        progressed();
        if (intake == null) {
            watchClient(); // else it is watched already
        }
    }

    /** The app has begun to answer, or has agreed to an upgrade. */
    void begun(boolean upgraded) {
        phase = upgraded ? Phase.TUNNELING : Phase.ANSWERING;
        progressed();
        assignment.worked();
    }

    private void progressed() {
        progressAt = LoopClock.nanoTime();
    }

    /**
     * The client has the whole answer.
     *
     * @param reusable whether the connection to the app is fit for another request
     */
    void answered(boolean reusable) {
        boolean pending = !exchange.isRequestComplete();
        end(reusable);
        if (pending) {
            failures.bodyPending(exchange);
        } else {
            exchange.endExchange();
        }
    }

    /** The upgraded connection has ended. */
    void tunnelEnded() {
        end(false);
    }

    void closeTunnel() {
        if (phase == Phase.TUNNELING && appExchange != null) {
            appExchange.closeTunnel();
        }
    }

    /**
     * The connection to the app failed before the app began to answer.
     *
     * @param repeatable whether the request can be sent again
     */
    void unanswered(boolean repeatable) {
        if (appExchange != null) {
            appExchange.stop();
            appExchange = null;
        }
        if (assignment.lost() && repeatable) {
            phase = Phase.CONNECTING;
            progressed();
            assignment.retry(progressAt);
        } else {
            fail(new Failure(Kind.BROKEN, "the app dropped the connection before it answered"));
        }
    }

    /** The client's body cannot be had. */
    void bodyFailed(IOException e) {
        if (e instanceof RequestTooBigException) {
            fail(new Failure(
                    Kind.BODY_TOO_LARGE,
                    "the body exceeds " + request.bodyLimit() + " bytes",
                    request.bodyLimit() + " bytes"));
        } else {
            fail(new Failure(Kind.BAD_BODY, "the request's body is malformed or was cut off"));
        }
    }

    /** The request cannot be served: the gate answers, unless it is too late for that. */
    void fail(Failure failure) {
        if (phase == Phase.ENDED || phase == Phase.TUNNELING) {
            return;
        }
        lane.failed(failure);
        if (phase == Phase.ANSWERING) {
            cut(failure.detail());
            return;
        }
        end(false);
        failures.answer(exchange, failure);
    }

    /** The client is gone, and nobody wants an answer any more. */
    void clientGone() {
        cut("the client is gone");
    }

    /** The answer cannot be completed: the client's connection is closed, for it to see that. */
    void cut(String reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        end(false);
        failures.cut(exchange, reason);
        IoUtils.safeClose(exchange.getConnection());
    }

    private void end(boolean reusable) {
        if (phase == Phase.CONNECTING) {
            assignment.withdraw();
        }
        phase = Phase.ENDED;
        if (appExchange != null) {
            appExchange.stop();
        }
        if (intake != null) {
            intake.close();
        }
        lane.leave(this);
        assignment.end(reusable);
    }

    /** Called a few times a second: judges deadlines, and whether a streaming answer may go on. */
    void tick(long now) {
        if (phase == Phase.ENDED) {
            return; // by what happened to another in the same tick
        }
        long moved = (intake == null ? 0 : intake.moved()) + (appExchange == null ? 0 : appExchange.moved());
        if (moved != progressSeen) {
            progressSeen = moved;
            progressAt = now;
        }
        boolean streams = phase == Phase.ANSWERING || phase == Phase.TUNNELING;
        if (phase == Phase.CONNECTING) {
            assignment.tick(now); // it has a time of its own for each attempt
        } else if (appExchange != null && streams && isDenied(now)) {
            appExchange.expire("the client's address is denied now");
        } else if (appExchange != null) {
            appExchange.still(now - progressAt);
        } else if (intake != null) {
            intake.still(now - progressAt);
        }
    }

    /** Whether the client would not be let in any more; looked at now and then. */
    private boolean isDenied(long now) {
        if (now - admissionAt <= ADMISSION_NANOS) {
            return false;
        }
        admissionAt = now;
        return !request.admitted().getAsBoolean();
    }
}
