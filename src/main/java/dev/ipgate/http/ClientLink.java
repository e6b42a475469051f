package dev.ipgate.http;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.tls.TlsPeer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * What the gate knows of a client's connection, whatever protocol is spoken on it. Its fields are written on the
 * connection's IO thread and read by a shutdown.
 */
public final class ClientLink {

    private final ClientAddress direct;
    private final Supplier<ListenSettings> listen;
    private IdleQueue.@Nullable Place amongAll;
    private IdleQueue.@Nullable Place amongClients;
    private volatile @Nullable TlsPeer tls;
    private volatile int requests;
    private volatile @Nullable Runnable leaving;
    private @Nullable Runnable lastWord;

    /**
     * Makes what is known of a connection before its first request.
     *
     * @param direct the peer, as a client without any proxy; one object for the life of the connection
     * @param listen what the conf file of the day says of the listener that it came in by
     */
    public ClientLink(ClientAddress direct, Supplier<ListenSettings> listen) {
        this.direct = direct;
        this.listen = listen;
    }

    public ClientAddress direct() {
        return direct;
    }

    /** What the TLS handshake has told of the client; null on a plain connection. */
    public @Nullable TlsPeer tls() {
        return tls;
    }

    /** TLS is in place. */
    public void secure(TlsPeer peer) {
        tls = peer;
    }

    /** What the conf file says of the listener that the connection came in by. */
    public ListenSettings listen() {
        return listen.get();
    }

    /** The name by which a TLS client called us (SNI, RFC 6066 section 3); null if it named none, and without TLS. */
    public @Nullable String serverName() {
        TlsPeer peer = tls;
        return peer == null ? null : peer.serverName();
    }

    /**
     * Has it wait in these queues whenever it is idle. Called once, on the connection's IO thread.
     *
     * @param ofClient that of its client's own connections; null if they are not limited
     */
    public void join(StreamConnection connection, IdleQueue ofAll, @Nullable IdleQueue ofClient) {
        amongAll = new IdleQueue.Place(ofAll, connection);
        amongClients = ofClient == null ? null : new IdleQueue.Place(ofClient, connection);
    }

    /** Whether it counts among its client's own. */
    public boolean isLimited() {
        return amongClients != null;
    }

    /** It waits for a request, and nothing of one has arrived: from now on it may have to make room for another. */
    public void beginIdle(long nanoTime) {
        if (amongAll != null) {
            amongAll.enter(nanoTime);
        }
        if (amongClients != null) {
            amongClients.enter(nanoTime);
        }
    }

    /** Something of a request has arrived, or the connection has ended. */
    public void endIdle() {
        if (amongAll != null) {
            amongAll.leave();
        }
        if (amongClients != null) {
            amongClients.leave();
        }
    }

    /** Whether it is busy with a request, or with several. */
    public boolean isBusy() {
        return requests > 0;
    }

    /** A request begins. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
    public void begin() {
        requests++;
    }

    /** A request ends. */
    @SuppressWarnings("NonAtomicVolatileUpdate") // one thread writes it
    public void end() {
        requests--;
    }

    /** How the protocol takes its leave, when closing an idle connection is not enough; run on the IO thread, repeatedly. */
    public void onLeaving(Runnable way) {
        leaving = way;
    }

    /** How the protocol takes its leave; null if an idle connection is just closed. */
    public @Nullable Runnable leaving() {
        return leaving;
    }

    /** How the protocol sends what waits to be sent, if something may. */
    public void onLastWord(Runnable way) {
        lastWord = way;
    }

    /** Sends what waits to be sent, as far as that goes at once: the connection is about to be closed. On its IO thread. */
    public void sayLastWord() {
        if (lastWord != null) {
            lastWord.run();
        }
    }
}
