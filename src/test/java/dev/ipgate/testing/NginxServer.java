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

/** A real nginx, with the gate's answers to be compared with its. */
public final class NginxServer implements AutoCloseable {

    private final Process process;
    private final InetSocketAddress address;

    private NginxServer(Process process, InetSocketAddress address) {
        this.process = process;
        this.address = address;
    }

    /**
     * Starts nginx in the foreground, with everything that it writes in the folder.
     *
     * @param server what stands in its {@code server} block, without {@code listen}
     */
    public static NginxServer start(Path folder, String server) throws IOException {
        Path nginx = Programs.require("nginx");
        InetSocketAddress address;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            address = new InetSocketAddress(free.getInetAddress(), free.getLocalPort());
        }
        StringBuilder paths = new StringBuilder();
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            paths.append(kind + "_temp_path " + folder.resolve(kind) + ";\n");
        }
        String user = "root".equals(System.getProperty("user.name")) ? "user root;\n" : "";
        Path conf = Files.writeString(
                folder.resolve("nginx.conf"),
                user + "daemon off;\nmaster_process off;\nworker_processes 1;\npid " + folder.resolve("nginx.pid")
                        + ";\nerror_log " + folder.resolve("nginx.log") + ";\nevents {}\nhttp {\naccess_log off;\n"
                        + paths + "server {\nlisten 127.0.0.1:" + address.getPort() + ";\n" + server + "}\n}\n");
        Path said = folder.resolve("nginx.out");
        Process process = new ProcessBuilder(
                        nginx.toString(), "-p", folder.toString(), "-e", said.toString(), "-c", conf.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        Eventually.holds("nginx listens", () -> {
            if (!process.isAlive()) {
                throw new IOException("nginx ended: " + Files.readString(said, UTF_8));
            }
            try (Socket socket = new Socket()) {
                socket.connect(address, 1000);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
        return new NginxServer(process, address);
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
