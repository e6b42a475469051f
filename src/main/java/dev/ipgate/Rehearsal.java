package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.cli.ExitStatus;
import dev.ipgate.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Goes once through what a gate does, so that the JVM can archive the classes it takes: {@code src/deb/archive-classes} runs
 * it. It serves on loopback for as long as a few requests take.
 */
final class Rehearsal {

    private static final Pattern LISTENS = Pattern.compile("ipgate listens on 127\\.0\\.0\\.1:(\\d+)");
    private static final int LONGEST_START_SECONDS = 60;

    private final Path folder;
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();

    private Rehearsal(Path folder) {
        this.folder = folder;
    }

    /**
     * Rehearses and ends the JVM.
     *
     * @param args an empty folder, whose name must be short enough for a socket in it
     */
    public static void main(String[] args) throws Exception {
        Main.prepare();
        int status = ExitStatus.FAILED;
        try {
            new Rehearsal(Path.of(args[0])).run();
            status = ExitStatus.OK;
        } finally {
            System.exit(status); // the JVM writes the archive on its way out, the gate serving until then
        }
    }

    private void run() throws Exception {
        Path conf =
                Files.writeString(folder.resolve("ipgate.yaml"), """
                listen: "127.0.0.1:0"
                preset: mlflow
                upstream: "http://127.0.0.1:%d"
                rules: [{allow: [127.0.0.1, "::1"]}, {allow: 203.0.113.7, note: "nobody"}, {deny: all}]
                control: %s
                """.formatted(freePort(), folder.resolve("control")));
        Thread serving = new Thread(() -> command("serve", "-c", conf.toString(), "--demo"), "rehearsal");
        serving.setDaemon(true);
        serving.start();
        int port = port(serving);
        for (int i = 0; i < 3; i++) {
            ask(port, "127.0.0.1", "");
            ask(port, "127.0.0.2", "");
        }
        ask(port, "127.0.0.2", "Accept: text/html\r\nAccept-Language: es\r\n");
        command("reload", "-c", conf.toString());
        command("check", "-c", conf.toString());
        command("explain", "127.0.0.2", "-c", conf.toString());
    }

    private void command(String... args) {
        new Main(InputStream.nullInputStream(), System.out, new PrintStream(said, true, UTF_8)).run(args);
    }

    private int port(Thread serving) throws InterruptedException {
        long deadline = System.nanoTime() + LONGEST_START_SECONDS * 1_000_000_000L;
        while (serving.isAlive() && System.nanoTime() < deadline) {
            Matcher listens = LISTENS.matcher(said.toString(UTF_8));
            if (listens.find()) {
                return Integer.parseInt(listens.group(1));
            }
            Thread.sleep(5);
        }
        throw new IllegalStateException("the gate does not listen: " + said.toString(UTF_8));
    }

    private static void ask(int port, String from, String headers) throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(IpAddress.parse(from).toInetAddress(), 0));
            socket.connect(new InetSocketAddress(loopback, port));
            socket.getOutputStream()
                    .write(("GET / HTTP/1.1\r\nHost: localhost\r\n" + headers + "Connection: close\r\n\r\n")
                            .getBytes(UTF_8));
            socket.getInputStream().readAllBytes();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
