package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A gate that the system gives no more file descriptors. */
class DescriptorsIT {

    private static final String CONF = """
            listen: "127.0.0.1:0"
            upstream: APP
            rules:
              - allow: 127.0.0.1
              - deny: all
            """;

    @TempDir
    private Path folder;

    @Test
    void withoutDescriptorsItSaysSoAndWaitsAndThenServesAgain() throws Exception {
        Path prlimit = Programs.require("prlimit");
        try (App app = App.start();
                GateProcess gate =
                        Launch.plain().serve(folder, CONF.replace("APP", "\"http://127.0.0.1:" + app.port() + "\""))) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
            long limit = openDescriptors(gate) + 4;
            limit(prlimit, gate, limit);
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                clients.add(RawClient.connect(gate.address()));
            }
            gate.await("it says so", () -> gate.err().contains("no connections are accepted on /127.0.0.1:"));
            for (RawClient client : clients) {
                client.close();
            }

            gate.await("it serves again", () -> serves(gate));
            assertThat(gate.err().lines().filter(line -> line.contains("no connections are accepted")))
                    .as("one line a second at most, and no stack trace")
                    .hasSizeLessThan(20);
            assertThat(gate.err()).doesNotContain("\tat ");
        }
    }

    private static long openDescriptors(GateProcess gate) throws IOException {
        try (var files = Files.list(Path.of("/proc/" + gate.pid() + "/fd"))) {
            return files.count();
        }
    }

    private static void limit(Path prlimit, GateProcess gate, long descriptors) throws Exception {
        Process process = new ProcessBuilder(
                        prlimit.toString(), "--pid", Long.toString(gate.pid()), "--nofile=" + descriptors)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static boolean serves(GateProcess gate) {
        try {
            return gate.getFrom("127.0.0.1", "/").status() == 200;
        } catch (IOException e) {
            return false;
        }
    }
}
