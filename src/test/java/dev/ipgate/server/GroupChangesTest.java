package dev.ipgate.server;

import static dev.ipgate.testing.StreamingApp.assertEchoes;
import static dev.ipgate.testing.StreamingApp.tunnel;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.StreamingApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** List files that change while the gate runs: written into, replaced, moved away, broken. */
@Timeout(90)
class GroupChangesTest {

    private static final String IN = "127.0.0.2";
    private static final String LATER = "127.0.0.3";

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = StreamingApp.start(SocketApp.says("A"));

    @BeforeEach
    void writeList() throws IOException {
        write(IN);
    }

    private void write(String list) throws IOException {
        Files.writeString(folder.resolve("list.txt"), list + "\n");
    }

    private TestGate gate(String rules) throws IOException {
        return TestGate.start(folder, conf(rules, "list.txt"));
    }

    private String conf(String rules, String file) {
        return "upstream: \"" + app.url() + "\"\ngroups:\n  ci: {file: " + file + "}\nrules: " + rules + "\n";
    }

    private static int status(TestGate gate, String client) throws IOException {
        return gate.getFrom(client, "/").status();
    }

    private static void becomes(TestGate gate, String client, int status) {
        Eventually.holds(client + " gets " + status, () -> status(gate, client) == status);
    }

    @Test
    void whatIsWrittenIntoAFileIsTakenInWithoutAReload() throws IOException {
        try (TestGate gate = gate("[{allow: ci}]")) {
            assertThat(status(gate, IN)).isEqualTo(200);
            assertThat(status(gate, LATER)).isEqualTo(403);

            write(LATER);

            becomes(gate, LATER, 200);
            assertThat(status(gate, IN)).isEqualTo(403);
        }
    }

    @Test
    void aFileThatIsReplacedByAnotherIsTakenIn() throws IOException {
        try (TestGate gate = gate("[{deny: ci}, {allow: all}]")) {
            assertThat(status(gate, LATER)).isEqualTo(200);

            Path next = Files.writeString(folder.resolve("next.txt"), IN + "\n" + LATER + "\n");
            Files.move(next, folder.resolve("list.txt"), StandardCopyOption.ATOMIC_MOVE);

            becomes(gate, LATER, 403);
            assertThat(status(gate, IN)).isEqualTo(403);
        }
    }

    /** As Kubernetes swaps a ConfigMap: list.txt → ..data/list.txt, and ..data is a link that moves. */
    @Test
    void aFolderThatALinkLeadsToMayBeSwapped() throws IOException {
        for (String version : List.of("v1", "v2")) {
            Files.createDirectory(folder.resolve(version));
        }
        Files.writeString(folder.resolve("v1/runners"), IN + "\n");
        Files.writeString(folder.resolve("v2/runners"), LATER + "\n");
        Files.createSymbolicLink(folder.resolve("..data"), Path.of("v1"));
        Files.createSymbolicLink(folder.resolve("runners"), Path.of("..data", "runners"));
        try (TestGate gate = TestGate.start(folder, conf("[{allow: ci}]", "runners"))) {
            assertThat(status(gate, IN)).isEqualTo(200);

            Files.createSymbolicLink(folder.resolve("..new"), Path.of("v2"));
            Files.move(folder.resolve("..new"), folder.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);

            becomes(gate, LATER, 200);
            assertThat(status(gate, IN)).isEqualTo(403);
        }
    }

    @Test
    void aMistakeKeepsWhatWasGoodAndIsTold() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf("[{allow: ci}]", "list.txt") + "admin: 0\n")) {
            write(LATER + "\n10.0.0.300");

            Eventually.holds("it is told", () -> metrics(gate).contains("ipgate_group_failing{group=\"ci\"} 1.0"));
            assertThat(status(gate, IN)).isEqualTo(200);
            assertThat(status(gate, LATER)).isEqualTo(403);
            assertThat(admin(gate, "/api/status")).contains("\"problem\":\"\\\"" + folder.resolve("list.txt"));

            write(IN); // as it was
            Eventually.holds("it is told", () -> metrics(gate).contains("ipgate_group_failing{group=\"ci\"} 0.0"));
            assertThat(metrics(gate)).contains("ipgate_group_ranges{group=\"ci\"} 1.0");
        }
    }

    @Test
    void aFileThatIsGoneKeepsWhatWasGood() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf("[{deny: ci}, {allow: all}]", "list.txt") + "admin: 0\n")) {
            Files.delete(folder.resolve("list.txt"));

            Eventually.holds("it is told", () -> metrics(gate).contains("ipgate_group_failing{group=\"ci\"} 1.0"));
            assertThat(status(gate, IN)).isEqualTo(403);
            assertThat(status(gate, LATER)).isEqualTo(200);
        }
    }

    /** What a reload refuses is not half in force: but a list that has changed is taken in by itself all the same. */
    @Test
    void aReloadThatFailsKeepsListsComing() throws IOException {
        try (TestGate gate = gate("[{allow: ci}]")) {
            write(LATER);
            assertThatThrownBy(() -> gate.reload(conf("[{allow: ci}, {allow: nobody-knows}]", "list.txt")))
                    .isInstanceOf(ConfigException.class);

            becomes(gate, LATER, 200);
            assertThat(status(gate, IN)).isEqualTo(403);
        }
    }

    @Test
    void aReloadMayNameAnotherFile() throws IOException {
        try (TestGate gate = gate("[{allow: ci}]")) {
            Files.writeString(folder.resolve("other.txt"), LATER + "\n");
            gate.reload(conf("[{allow: ci}]", "other.txt"));
            assertThat(status(gate, LATER)).isEqualTo(200);

            Files.writeString(folder.resolve("other.txt"), IN + "\n");
            becomes(gate, IN, 200);
        }
    }

    @Test
    void nothingElseChanges() throws IOException {
        try (TestGate gate = gate("[{allow: 127.0.0.1}, {allow: ci}]");
                RawClient stays = tunnel(gate, "127.0.0.1");
                RawClient leaves = tunnel(gate, IN)) {

            write(LATER);
            becomes(gate, LATER, 200);

            assertEchoes(stays);
            assertThat(leaves.in().readAllBytes()).isEmpty(); // it is cut
        }
    }

    private static String metrics(TestGate gate) throws IOException {
        return admin(gate, "/metrics");
    }

    private static String admin(TestGate gate, String path) throws IOException {
        try (RawClient client =
                RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()))) {
            return client.get(path).body();
        }
    }
}
