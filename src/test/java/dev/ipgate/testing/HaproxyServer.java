package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** A real HAProxy that passes TCP connections on to a gate, with a PROXY header in front. */
public final class HaproxyServer implements AutoCloseable {

    private final Process process;
    private final InetSocketAddress address;

    private HaproxyServer(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts HAProxy in the foreground, with everything that it writes in the folder.
     *
     * @param options what stands behind the gate's address in its {@code server} line
     */
    public static HaproxyServer start(Path folder, InetSocketAddress gate, String options) throws IOException {
        Path haproxy = Programs.require("haproxy");
        InetSocketAddress address;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
        }
        Path conf =
                Files.writeString(folder.resolve("haproxy.cfg"), """
                global
                  maxconn 100
                defaults
                  mode tcp
                  timeout connect 5s
                  timeout client 30s
                  timeout server 30s
                listen front
                  bind 127.0.0.1:PORT
                  server gate 127.0.0.1:GATE OPTIONS
                """.replace("PORT", String.valueOf(address.getPort()))
                        .replace("GATE", String.valueOf(gate.getPort()))
                        .replace("OPTIONS", options));
        Path said = folder.resolve("haproxy.out");
        Process process = new ProcessBuilder(haproxy.toString(), "-db", "-f", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Eventually.holds("HAProxy listens", () -> {
            if (!process.isAlive()) {
                throw new IOException("HAProxy ended: " + Files.readString(said, UTF_8));
            }
            try (Socket socket = new Socket()) {
                socket.connect(address, 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return new HaproxyServer(process, address);
    }

    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
