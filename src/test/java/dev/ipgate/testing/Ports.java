package dev.ipgate.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports of this machine, each for one test. */
public final class Ports {

    private Ports() {}

    /** A socket that listens on a port of its own; an app has it from the moment that the app is made. */
    static ServerSocket listen(int backlog) {
        try {
            return new ServerSocket(0, backlog, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
    }

    /** A port of 127.0.0.1 that was free a moment ago, for what cannot choose one itself. */
    public static int free() throws IOException {
        return free("127.0.0.1");
    }

    /** The same for another address of this machine. */
    public static int free(String address) throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.getLocalPort();
        }
    }
}
