package dev.ipgate.server;

import dev.ipgate.config.LimitSettings;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Farewell;
import dev.ipgate.http.IdleQueue;
import dev.ipgate.net.IpAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/**
 * The clients' connections of all listeners: how many there are, in all and of each client, and which of them are busy with a
 * request. Where a limit is reached, the connection that has been idle longest makes room for a new one.
 */
final class ClientConnections {

    private static final Logger LOG = LoggerFactory.getLogger(ClientConnections.class);
    private static final int TRIES = 8; // to make room, while others take it

    private final Map<StreamConnection, ClientLink> links = new ConcurrentHashMap<>();
    private final Map<IpAddress, Crowd> clients = new ConcurrentHashMap<>(); // by IPv4 address and IPv6 /64
    private final Crowd all;
    private final int ioThreads;
    private final LongAdder madeRoom = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder accepted = new LongAdder();
    private final Occasional full = new Occasional(LOG);
    private volatile int most;
    private volatile int mostOfAClient;
    private volatile boolean closing;

    ClientConnections(int ioThreads, LimitSettings limits) {
        this.ioThreads = ioThreads;
        all = new Crowd(ioThreads);
        setLimits(limits);
    }

    void setLimits(LimitSettings limits) {
        most = limits.connections();
        mostOfAClient = limits.connectionsPerClient();
    }

    /** Whether each connection is to be closed after its present request. */
    boolean areClosing() {
        return closing;
    }

    int count() {
        return all.count();
    }

    /** How many wait for a request. */
    int idle() {
        return all.idle();
    }

    /** How many clients have connections that are limited. */
    int clients() {
        return clients.size();
    }

    /** Connections that were closed while they were idle, for a new one, since the start. */
    long madeRoom() {
        return madeRoom.sum();
    }

    /** Connections that came in, since the start. */
    long accepted() {
        return accepted.sum();
    }

    /** New connections that were closed because none was idle, since the start. */
    long refused() {
        return refused.sum();
    }

    // ---- the limits -------------------------------------------------------------------------------------------------

    /**
     * Takes a new connection in, which counts until it is closed. Called on its IO thread.
     *
     * @param next what to do if there is room, at once or as soon as an idle connection has made some
     */
    void admit(StreamConnection connection, Runnable next) {
        connection.setCloseListener(closed -> forget(connection));
        accepted.increment();
        if (all.enter() <= most) {
            next.run();
        } else {
            makeRoom(all, "limits.connections", connection, next, TRIES);
        }
    }

    /**
     * Remembers what is known of a connection that was taken in. Called on its IO thread.
     *
     * @param limited whether it counts among its peer's own
     * @param next as above
     */
    void enter(StreamConnection connection, ClientLink link, boolean limited, Runnable next) {
        if (!connection.isOpen()) {
            return;
        }
        XnioIoThread thread = connection.getIoThread();
        links.put(connection, link);
        if (!limited) {
            link.join(connection, all.of(thread), null);
            next.run();
            return;
        }
        Crowd client = clients.compute(client(link), (address, known) -> {
            Crowd crowd = known == null ? new Crowd(ioThreads) : known;
            crowd.enter();
            return crowd;
        });
        link.join(connection, all.of(thread), client.of(thread));
        if (client.count() <= mostOfAClient) {
            next.run();
        } else {
            makeRoom(client, "limits.connections_per_client, " + client(link), connection, next, TRIES);
        }
    }

    private static IpAddress client(ClientLink link) {
        return link.direct().peer().subnet64();
    }

    /** The longest idle may be another IO thread's, which alone can tell whether it still is. */
    private void makeRoom(Crowd crowd, String limit, StreamConnection newcomer, Runnable next, int tries) {
        IdleQueue longest = tries == 0 ? null : crowd.longestIdle();
        if (longest == null) {
            refused.increment();
            full.warn("a new connection was closed: there are " + (crowd.count() - 1) + " already, and none is idle ("
                    + limit + ")");
            IoUtils.safeClose(newcomer);
            return;
        }
        XnioIoThread here = newcomer.getIoThread();
        if (longest.thread() == here) {
            goOn(longest.closeLongest(), crowd, limit, newcomer, next, tries);
            return;
        }
        try {
            longest.thread().execute(() -> {
                boolean made = longest.closeLongest();
                here.execute(() -> goOn(made, crowd, limit, newcomer, next, tries));
            });
        } catch (RejectedExecutionException e) { // the gate stops
            IoUtils.safeClose(newcomer);
        }
    }

    private void goOn(boolean made, Crowd crowd, String limit, StreamConnection newcomer, Runnable next, int tries) {
        if (made) {
            madeRoom.increment();
            full.warn("the connection that was idle longest was closed for a new one: there were " + (crowd.count() - 1)
                    + " already (" + limit + ")");
        }
        if (!newcomer.isOpen()) {
            return;
        }
        if (made) {
            next.run();
        } else {
            makeRoom(crowd, limit, newcomer, next, tries - 1);
        }
    }

    private void forget(StreamConnection connection) {
        all.leave();
        ClientLink link = links.remove(connection);
        if (link == null) {
            return;
        }
        if (link.isLimited()) {
            clients.computeIfPresent(client(link), (address, crowd) -> crowd.leave() == 0 ? null : crowd);
        }
        if (Thread.currentThread() == connection.getIoThread()) {
            link.endIdle();
        } else {
            try {
                connection.getIoThread().execute(link::endIdle);
            } catch (RejectedExecutionException e) {
                LOG.debug("a connection was closed after its thread", e);
            }
        }
    }

    // ---- what is known of them --------------------------------------------------------------------------------------

    /** The connections that are busy with a request now. */
    List<ClientLink> busy() {
        return links.values().stream().filter(ClientLink::isBusy).toList();
    }

    /** Closes the connections that wait for a request, and lets the others end with their present request. */
    void startClosing() {
        closing = true;
        links.forEach((connection, link) -> connection.getIoThread().execute(() -> closeIfIdle(connection, link)));
    }

    private static void closeIfIdle(StreamConnection connection, ClientLink link) {
        Runnable leaving = link.leaving();
        if (leaving != null) {
            leaving.run();
        } else if (!link.isBusy()) {
            if (link.tls() != null) {
                Farewell.say(connection);
            }
            IoUtils.safeClose(connection);
        }
    }

    /** Closes all connections. */
    void closeAll() {
        links.forEach((connection, link) -> connection.getIoThread().execute(() -> {
            link.sayLastWord();
            IoUtils.safeClose(connection);
        }));
    }
}
