package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.cli.ControlClient;
import dev.ipgate.server.ControlSocket.Answer;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code ipgate reload} asks a running gate. */
@Timeout(60)
class ReloadOverControlSocketTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = SocketApp.saying("A");

    private String conf(String rest) {
        return "listen: \"127.0.0.1:0\"\naccess_log: off\nupstream: " + app.url() + "\n" + rest + "\n";
    }

    private Answer reload(String socket, String conf) throws IOException {
        Files.writeString(folder.resolve("ipgate.yaml"), conf);
        return ControlClient.ask(folder.resolve(socket), "reload");
    }

    @Test
    void aGoodFileIsTakenAndTheChangesAreAnswered() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            assertThat(reload("c", conf("control: c\nrules: [{allow: 127.0.0.3}, {deny: all}]")))
                    .isEqualTo(new Answer(0, "+2 rules, -1 rule\n"));
            assertThat(gate.getFrom("127.0.0.3", "/").body()).isEqualTo("A");
        }
    }

    @Test
    void aBadFileIsAnsweredWithItsProblemsAnd78() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            Answer answer = reload("c", conf("control: c\nrules: [{allow: 10.0.0.1/8}, {permit: all}]"));

            assertThat(answer.status()).isEqualTo(78);
            assertThat(answer.text())
                    .containsSubsequence(
                            "ipgate.yaml:5:17: rules[0].allow: \"10.0.0.1/8\" has host bits set",
                            "ipgate.yaml:5:",
                            "rules[1]: unknown action \"permit\"")
                    .endsWith("\n");
            assertThat(gate.getFrom("127.0.0.2", "/").body()).isEqualTo("A");
        }
    }

    @Test
    void aPortThatIsTakenIsAnsweredWith1() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            Answer answer = reload(
                    "c",
                    conf("control: c\nrules: [{deny: all}]")
                            .replace("127.0.0.1:0", "127.0.0.1:" + taken.getLocalPort()));

            assertThat(answer.status()).isEqualTo(1);
            assertThat(answer.text()).contains("ipgate.yaml:1:9: listen: cannot listen on \"127.0.0.1:");
            assertThat(gate.getFrom("127.0.0.2", "/").body()).isEqualTo("A");
        }
    }

    @Test
    void otherCommandsAreRefused() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            assertThat(ControlClient.ask(gate.folder().resolve("c"), "stop\u001b[1m"))
                    .isEqualTo(new Answer(64, "unknown command \"stop\\x1B[1m\"\n"));
        }
    }

    @Test
    void theSocketIsItsOwnersAloneMovesWithAReloadAndGoesWithTheGate() throws IOException {
        Path first = folder.resolve("c");
        Path second = folder.resolve("d");
        try (TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(first)))
                    .isEqualTo("rw-------");

            assertThat(reload("c", conf("control: d\nrules: [{allow: 127.0.0.2}]")))
                    .isEqualTo(new Answer(0, "control changed\n"));

            assertThat(first).doesNotExist();
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second)))
                    .isEqualTo("rw-------");
            assertThat(reload("d", conf("control: d\nrules: [{allow: 127.0.0.3}]")))
                    .isEqualTo(new Answer(0, "+1 rule, -1 rule\n"));
            assertThat(gate.getFrom("127.0.0.3", "/").body()).isEqualTo("A");

            assertThat(reload("d", conf("rules: [{allow: 127.0.0.3}]"))).isEqualTo(new Answer(0, "control changed\n"));
            assertThat(second).doesNotExist();
            gate.reload(conf("control: c\nrules: [{allow: 127.0.0.3}]"));
            assertThat(first).exists();
        }
        assertThat(first).doesNotExist();
        assertThatThrownBy(() -> ControlClient.ask(first, "reload")).isInstanceOf(ConnectException.class);
    }

    @Test
    void aSocketThatCannotBeMovedFailsTheReload() throws IOException {
        Files.writeString(folder.resolve("file"), "not a socket");
        try (TestGate gate = TestGate.start(folder, conf("control: c\nrules: [{allow: 127.0.0.2}]"))) {
            Answer answer = reload(
                    "c",
                    conf("control: file\nrules: [{deny: all}]")
                            .replace("\"127.0.0.1:0\"", "[\"127.0.0.1:0\", \"127.0.0.7:0\"]"));

            assertThat(answer.status()).isEqualTo(1);
            assertThat(answer.text()).contains("file\" is there and is no socket");
            assertThat(gate.gate().addresses()).hasSize(1);
            assertThat(gate.getFrom("127.0.0.2", "/").body()).isEqualTo("A");
            assertThat(folder.resolve("file")).hasContent("not a socket");
            assertThat(folder.resolve("c")).exists();
        }
    }
}
