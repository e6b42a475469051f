package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The sshd of the package manager on a loopback port, with keys and a conf file of its own: it knows nothing of the
 * machine's sshd, asks no PAM, and lets in the user who runs the tests, by one key.
 */
public final class SshServer implements AutoCloseable {

    private final Path folder;
    private final Path ssh;
    private final List<ListeningProgram> running = new ArrayList<>(); // the server, then its tunnels
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
        server.port = server.run(port -> List.of(
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
    public int forward(String host, int target) throws IOException {
        return run(local -> List.of(
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

    private int run(ListeningProgram.Command command) throws IOException {
        ListeningProgram program = ListeningProgram.start(folder.resolve("log" + running.size()), command);
        running.add(program);
        return program.address().getPort();
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
    public void close() {
        for (int i = running.size() - 1; i >= 0; i--) {
            running.get(i).close();
        }
    }
}
