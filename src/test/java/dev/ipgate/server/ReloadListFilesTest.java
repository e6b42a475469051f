package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Groups whose list files change on the disk. */
@Timeout(120)
class ReloadListFilesTest {

    private static final int MILLION = 1_000_000;

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = SocketApp.saying("A");

    private TestGate gate() throws IOException {
        return TestGate.start(folder, conf());
    }

    private String conf() {
        return "upstream: " + app.url() + "\ngroups: {ci: {file: ci.txt}}\nrules: [{allow: ci}]\n";
    }

    private void list(String text) throws IOException {
        Files.writeString(folder.resolve("ci.txt"), text);
    }

    @Test
    void whatChangedOnTheDiskIsTakenAtTheNextReload() throws IOException {
        list("127.0.0.2 # build\n");
        try (TestGate gate = gate()) {
            list("127.0.0.3\n");
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);

            assertThat(gate.reload(conf())).isEqualTo("same settings, list files read again");

            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void aFileThatIsGoneOrBadLeavesTheRulesAsTheyWere() throws IOException {
        list("127.0.0.2\n");
        try (TestGate gate = gate()) {
            list("127.0.0.3\n127.0.0.1/8\n");
            assertThatThrownBy(() -> gate.reload(conf()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("ci.txt:2:1: \"127.0.0.1/8\" has host bits set");
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(403);

            Files.delete(folder.resolve("ci.txt"));
            assertThatThrownBy(() -> gate.reload(conf()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("there is no file");
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void anEmptyFileAllowsNobody() throws IOException {
        list("127.0.0.2\n");
        try (TestGate gate = gate()) {
            list("# nobody today\n");
            gate.reload(conf());
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void aMillionLinesAreReadAgain() throws IOException {
        list("127.0.0.2\n");
        try (TestGate gate = gate()) {
            Random random = new Random(1);
            try (BufferedWriter list = Files.newBufferedWriter(folder.resolve("ci.txt"))) {
                for (int i = 0; i < MILLION; i++) {
                    int bits = random.nextInt();
                    list.write("11." + (bits >> 16 & 255) + "." + (bits >> 8 & 255) + "." + (bits & 255) + "\n");
                }
                list.write("127.0.0.3\n");
            }
            long heap = usedHeap();
            long start = System.nanoTime();

            gate.reload(conf());

            System.out.printf(
                    Locale.ROOT,
                    "ReloadListFilesTest: a million lines in %d ms, %.1f MiB more heap%n",
                    (System.nanoTime() - start) / 1_000_000,
                    (usedHeap() - heap) / 1048576.0);
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(200);
        }
    }

    private static long usedHeap() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }
}
