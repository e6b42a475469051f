package dev.ipgate.http;

import dev.ipgate.client.ClientAddress;

/**
 * What the gate knows of a client's connection, whatever protocol is spoken on it. Its fields are written on the
 * connection's IO thread and read by a shutdown.
 */
public final class ClientLink {

    private final ClientAddress direct;
    private volatile boolean busy;

    /** @param direct the peer, as a client without any proxy; one object for the life of the connection */
    public ClientLink(ClientAddress direct) {
        this.direct = direct;
    }

    public ClientAddress direct() {
        return direct;
    }

    /** Whether it is busy with a request. */
    public boolean isBusy() {
        return busy;
    }

    public void setBusy(boolean isBusy) {
        busy = isBusy;
    }
}
