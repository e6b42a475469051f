package dev.ipgate.upstream;

import dev.ipgate.tls.TlsHandshake;
import dev.ipgate.tls.TlsLink;
import dev.ipgate.upstream.Failure.Kind;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;

/**
 * Opens a connection for one request: to one address of an app after the other, then to the next app, until one accepts
 * or the request's connect_timeout is over. Nothing of the request has been sent, so any may go on to the next app.
 */
final class Opening {

    private static final OptionMap CONNECT_OPTIONS = OptionMap.create(Options.TCP_NODELAY, true);

    private final Lane lane;
    private final Assignment assignment;
    private final long deadline;
    private final List<Replica> tried = new ArrayList<>();
    private final List<String> troubles = new ArrayList<>(); // one for each app that was tried
    private Replica replica;
    private int addressIndex;
    private int attempt; // counts them
    private long attemptDeadline;
    private @Nullable IoFuture<StreamConnection> connecting;
    private @Nullable TlsHandshake handshake;
    private boolean over;

    /** @param deadline when the request's connect_timeout is over, on the nanosecond clock */
    Opening(Lane lane, Assignment assignment, Replica first, long deadline) {
        this.lane = lane;
        this.assignment = assignment;
        this.replica = first;
        this.deadline = deadline;
    }

    void start() {
        turnTo(replica);
    }

    private void turnTo(Replica next) {
        replica = next;
        addressIndex = 0;
        tried.add(next);
        assignment.turnTo(next);
        if (next.addresses().isEmpty()) {
            failed("\"" + next.url().host() + "\" has no address");
        } else {
            connect();
        }
    }

    private void connect() {
        List<InetSocketAddress> addresses = replica.addresses();
        InetSocketAddress address = addresses.get(Math.min(addressIndex, addresses.size() - 1));
        long now = System.nanoTime();
        int attempts = Math.max(1, addresses.size() - addressIndex)
                + lane.upstream().replicas().others(tried, now);
        attemptDeadline = now + Math.max(0, deadline - now) / attempts; // one that is silent leaves time for the others
        IoFuture<StreamConnection> future = lane.thread().openStreamConnection(address, null, CONNECT_OPTIONS);
        connecting = future;
        int number = ++attempt;
        future.addNotifier(
                (told, ignored) -> {
                    // not always told on our thread
                    if (Thread.currentThread() == lane.thread()) {
                        opened(told, number);
                    } else {
                        lane.thread().execute(() -> opened(told, number));
                    }
                },
                null);
    }

    private void opened(IoFuture<? extends StreamConnection> future, int number) {
        StreamConnection connection = connection(future);
        if (connecting == null || number != attempt) { // it was broken off
            IoUtils.safeClose(connection);
            return;
        }
        connecting = null;
        if (connection == null) {
            refused("nothing answers on " + replica.url().authority());
        } else if (replica.url().tls()) {
            TlsHandshake starting =
                    lane.upstream().tls().handshake(connection, replica.url(), this::secured, this::insecure);
            handshake = starting;
            starting.start();
        } else {
            done(new AppConnection(lane, replica, connection, null));
        }
    }

    private void secured(StreamConnection connection, TlsLink link) {
        handshake = null;
        done(new AppConnection(lane, replica, connection, link));
    }

    private void insecure(IOException reason) {
        handshake = null;
        refused("TLS with " + replica.url().authority() + " failed: " + TlsTrouble.text(reason));
    }

    private void done(AppConnection connection) {
        over = true;
        lane.opened(assignment, connection);
    }

    /** One address has refused: there may be another. */
    private void refused(String trouble) {
        addressIndex++;
        if (addressIndex < replica.addresses().size() && System.nanoTime() - deadline < 0) {
            connect();
        } else {
            failed(trouble);
        }
    }

    /** One app has failed: there may be another. */
    private void failed(String trouble) {
        long now = System.nanoTime();
        troubles.add(trouble);
        lane.upstream().replicas().failed(replica, trouble, now);
        Replica next = now - deadline < 0 ? lane.upstream().replicas().choose(tried, now) : null;
        if (next != null) {
            turnTo(next);
            return;
        }
        over = true;
        lane.notOpened(
                assignment,
                new Failure(
                        Kind.UNREACHABLE,
                        String.join("; ", troubles),
                        lane.upstream().settings().authorities()));
    }

    /** Called a few times a second: gives up on what takes too long. */
    void tick(long now) {
        if (!over && now - attemptDeadline >= 0) {
            String app = replica.url().authority();
            String trouble = handshake == null
                    ? app + " does not accept connections"
                    : "TLS with " + app + " failed: it takes too long";
            breakOff();
            refused(trouble);
        }
    }

    /** The request has gone: opens no further, and gives the place back. */
    void abandon() {
        if (!over) {
            over = true;
            breakOff();
            lane.giveBack();
        }
    }

    private void breakOff() {
        IoFuture<StreamConnection> pending = connecting;
        connecting = null;
        if (pending != null) {
            pending.cancel();
        }
        if (handshake != null) {
            handshake.abandon();
            handshake = null;
        }
    }

    private static @Nullable StreamConnection connection(IoFuture<? extends StreamConnection> future) {
        try {
            return future.getStatus() == IoFuture.Status.DONE ? future.get() : null;
        } catch (IOException e) {
            return null;
        }
    }
}
