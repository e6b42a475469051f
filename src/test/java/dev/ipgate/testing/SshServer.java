package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The sshd of the package manager on a loopback port, with keys and a conf file of its own: it knows nothing of the
 * machine's sshd, asks no PAM, and lets in the user who runs the tests, by one key.
 */
public final class SshServer implements AutoCloseable {

    private static final int TRIES = 5; // for a port that somebody else takes meanwhile

    private final Path folder;
    private final Path ssh;
    private final List<Process> running = new ArrayList<>();
    private int port;

    private SshServer(Path folder) {
        this.folder = folder;
        this.ssh = Programs.require("ssh");
    }

    /** Starts one; whatever it writes goes to the folder. */
    public static SshServer start(Path folder) throws IOException, InterruptedException {
        Path sshd = Programs.require("sshd");
        SshServer server = new SshServer(folder);
        server.makeKey("host");
        server.makeKey("user");
        Files.copy(folder.resolve("user.pub"), folder.resolve("authorized_keys"));
        if (System.getProperty("user.name").equals("root")) {
            Files.createDirectories(Path.of("/run/sshd")); // which root's sshd wants, and its service makes
        }
        server.port = server.untilItRuns(port -> List.of(
                sshd.toString(),
                "-D",
                "-e",
                "-f",
                "/dev/null",
                "-oPort=" + port,
                "-oListenAddress=127.0.0.1",
                "-oHostKey=" + folder.resolve("host"),
                "-oAuthorizedKeysFile=" + folder.resolve("authorized_keys"),
                "-oAuthenticationMethods=publickey",
                "-oPermitRootLogin=prohibit-password",
                "-oStrictModes=no",
                "-oUsePAM=no",
                "-oPidFile=none"));
        return server;
    }

    /** A local port from which {@code ssh -L} leads to a port on the server's side. */
    public int forward(String host, int target) throws IOException, InterruptedException {
        return untilItRuns(local -> List.of(
                ssh.toString(),
                "-F",
                "none",
                "-N",
                "-p" + port,
                "-i" + folder.resolve("user"),
                "-oIdentitiesOnly=yes",
                "-oIdentityAgent=none",
                "-oBatchMode=yes",
                "-oStrictHostKeyChecking=accept-new",
                "-oUserKnownHostsFile=" + folder.resolve("known_hosts"),
                "-oExitOnForwardFailure=yes",
                "-L127.0.0.1:" + local + ":" + host + ":" + target,
                System.getProperty("user.name") + "@127.0.0.1"));
    }

    private interface Command {
        List<String> at(int port);
    }

    /** Starts a program that listens on a port, and waits until it does. */
    private int untilItRuns(Command command) throws IOException, InterruptedException {
        Path log = folder.resolve("log" + running.size());
        for (int i = 0; i < TRIES; i++) {
            int free = freePort();
            Process process = new ProcessBuilder(command.at(free))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            running.add(process);
            Eventually.holds("listens or has ended", () -> !process.isAlive() || isOpen(free));
            if (process.isAlive()) {
                return free;
            }
        }
        throw new IOException("does not run: " + command.at(0) + ": " + Files.readString(log));
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static boolean isOpen(int port) {
        try (RawClient client = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))) {
            return client.socket().isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    private void makeKey(String name) throws IOException, InterruptedException {
        Process keygen = new ProcessBuilder(
                        Programs.require("ssh-keygen").toString(),
                        "-q",
                        "-t",
                        "ed25519",
                        "-N",
                        "",
                        "-f",
                        folder.resolve(name).toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(keygen.getInputStream().readAllBytes(), UTF_8);
        assertThat(keygen.waitFor()).as(said).isZero();
    }

    /** Ends the tunnels, then the server. */
    @Override
    public void close() throws IOException {
        try {
            for (int i = running.size() - 1; i >= 0; i--) {
                Process process = running.get(i);
                process.descendants().forEach(ProcessHandle::destroy);
                process.destroy();
                if (!process.waitFor(10, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while ssh ended", e);
        }
    }
}
