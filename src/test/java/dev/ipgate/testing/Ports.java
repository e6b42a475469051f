package dev.ipgate.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** Ports on which nothing listens, for what cannot be told to choose one itself. */
public final class Ports {

    private Ports() {}

    /** A port of 127.0.0.1 that was free a moment ago. */
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
