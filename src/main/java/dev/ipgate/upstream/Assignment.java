package dev.ipgate.upstream;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.upstream.Failure.Kind;
import org.jspecify.annotations.Nullable;

/**
 * The app that has a request in hand, and the connection to it: waited for, opened, lost and replaced, given back. Of an
 * app's requests in hand each is counted once.
 */
final class Assignment {

    private final Lane lane;
    private final Forwarding forwarding;
    private long deadline; // for a connection, on the nanosecond clock
    private @Nullable Opening opening;
    private @Nullable Replica replica;
    private long turnedAt;
    private @Nullable AppConnection connection;
    private boolean retried;

    Assignment(Lane lane, Forwarding forwarding) {
        this.lane = lane;
        this.forwarding = forwarding;
    }

    /** Asks for a connection, idle or new. The forwarding is told when there is one, or when there will be none. */
    void seek(long now) {
        deadline = now + lane.upstream().settings().connectTimeout().toNanos();
        lane.acquire(this, false);
    }

    /** Asks for a new connection in the place of one that was lost. */
    void retry(long now) {
        retried = true;
        turnTo(null);
        deadline = now + lane.upstream().settings().connectTimeout().toNanos();
        lane.acquire(this, true);
    }

    /** The lane has room for a new connection: opens one, to this app or, if it does not answer, to another. */
    void open(Replica first) {
        Opening starting = new Opening(lane, this, first, deadline);
        opening = starting;
        starting.start();
    }

    /** The request is in this app's hands now, and no longer in another's; null for nobody's. */
    void turnTo(@Nullable Replica next) {
        if (replica != null) {
            replica.end();
        }
        replica = next;
        if (next != null) {
            turnedAt = LoopClock.nanoTime();
            next.begin(turnedAt);
        }
    }

    /** The lane has a connection for us. */
    void connected(AppConnection given) {
        opening = null;
        if (given.replica() != replica) {
            turnTo(given.replica());
        }
        connection = given;
        forwarding.connected(given);
    }

    /** There is no connection to be had. */
    void failed(Failure failure) {
        forwarding.fail(failure);
    }

    /** Called a few times a second while there is no connection. */
    void tick(long now) {
        if (opening != null) {
            opening.tick(now);
        } else if (now - deadline > 0) {
            forwarding.fail(new Failure(Kind.BUSY, "no connection to the app became free in time"));
        }
    }

    /** Gives up before there is a connection. */
    void withdraw() {
        lane.withdraw(this);
        if (opening != null) {
            opening.abandon();
            opening = null;
        }
    }

    /** The app has begun to answer. */
    void worked() {
        if (replica != null) {
            replica.worked(turnedAt);
            lane.answered(turnedAt);
        }
    }

    /**
     * The connection broke before the app began to answer.
     *
     * @return whether to {@link #retry}: the app may have closed the idle connection just as it was taken
     */
    boolean lost() {
        boolean reused = connection != null && connection.isUsed();
        release(false);
        if (!reused && replica != null) {
            lane.upstream().replicas().failed(replica, "it drops connections before it answers", LoopClock.nanoTime());
        }
        return reused && !retried;
    }

    /**
     * The request is in nobody's hands any more.
     *
     * @param reusable whether the connection is fit for another request
     */
    void end(boolean reusable) {
        turnTo(null);
        release(reusable);
    }

    private void release(boolean reusable) {
        AppConnection used = connection;
        connection = null;
        if (used != null) {
            if (reusable) {
                lane.release(used);
            } else {
                lane.drop(used);
            }
        }
    }
}
