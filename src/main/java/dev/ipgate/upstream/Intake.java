package dev.ipgate.upstream;

import dev.ipgate.upstream.Failure.Kind;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Takes a request's whole body in before the app is contacted, and keeps it for as long as it may have to be sent again
 * ({@code request_buffering}).
 */
final class Intake implements Pump.End {

    private final Lane lane;
    private final Forwarding forwarding;
    private final HttpServerExchange exchange;
    private final Duration idleTimeout;
    private final Spooling spooling;
    private @Nullable Pump pump;
    private @Nullable SpooledBody body; // what is being sent, or was

    private Intake(
            Lane lane, Forwarding forwarding, HttpServerExchange exchange, Duration idleTimeout, Spooling spooling) {
        this.lane = lane;
        this.forwarding = forwarding;
        this.exchange = exchange;
        this.idleTimeout = idleTimeout;
        this.spooling = spooling;
    }

    /** A place for the request's body, which has to be closed; null if too many are taken in already. */
    static @Nullable Intake enter(Lane lane, Forwarding forwarding, HttpServerExchange exchange, Duration idleTimeout) {
        Spooling place = Spooling.enter(
                lane.upstream().spool(), lane.upstream().buffers().usual(), lane.thread());
        return place == null ? null : new Intake(lane, forwarding, exchange, idleTimeout, place);
    }

    void start() {
        if (InterimAnswer.isAwaited(exchange) && !InterimAnswer.sendContinue(exchange)) {
            forwarding.clientGone();
            return;
        }
        pump = new Pump(forwarding.clientBody(), spooling, lane.upstream().buffers(), lane.thread(), this);
        pump.start();
    }

    @Override
    public void done() {
        RequestHead.setLength(exchange, spooling.length());
        forwarding.takenIn();
    }

    @Override
    public void sourceFailed(IOException e) {
        forwarding.bodyFailed(e);
    }

    @Override
    public void sinkFailed(IOException e) {
        failed(e);
    }

    /** The body could not be spooled, or not be read again. */
    void failed(IOException e) {
        forwarding.fail(new Failure(
                Kind.BUSY,
                e instanceof SpoolFullException
                        ? String.valueOf(e.getMessage())
                        : "a request's body could not be spooled to "
                                + lane.upstream().spool().directory() + ": " + e));
    }

    /** The body, which is complete, from its beginning. Takes the place of the one that was given before. */
    SpooledBody body() {
        closeBody();
        body = spooling.body();
        return body;
    }

    /** Judges whether nothing has moved for too long. */
    void still(long nanos) {
        if (nanos > idleTimeout.toNanos()) {
            boolean clientsTurn = pump != null && pump.waiting() == Pump.Waiting.SOURCE;
            forwarding.fail(
                    clientsTurn
                            ? new Failure(Kind.BODY_STALLED, "the request's body stalled")
                            : new Failure(Kind.BUSY, "the temporary directory is too slow for a request's body"));
        }
    }

    /** Bytes taken in so far. */
    long moved() {
        return pump == null ? 0 : pump.moved();
    }

    /** Forgets the body. May be called again. */
    void close() {
        if (pump != null) {
            pump.stop();
        }
        closeBody();
        spooling.close();
    }

    private void closeBody() {
        if (body != null) {
            body.close();
        }
    }
}
