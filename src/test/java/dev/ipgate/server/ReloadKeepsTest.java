package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a reload hands on to the new snapshot, and what it changes: connections to the app, limits, the access log. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
@Timeout(60)
class ReloadKeepsTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private static String conf(SocketApp app, String rest) {
        return "upstream: {url: \"" + app.url() + "\", keepalive: 1h}\nrules: [{allow: 127.0.0.1}]\n" + rest + "\n";
    }

    @Test
    void connectionsToTheAppSurviveUnderTheSameSettingsAndEndWithThem() throws IOException {
        try (SocketApp app = SocketApp.saying("A");
                SocketApp other = SocketApp.saying("B");
                TestGate gate = TestGate.start(transport, folder, conf(app, ""));
                RawClient client = gate.connect()) { // one connection, so one IO thread
            assertThat(client.get("/").body()).isEqualTo("A");
            for (int i = 0; i < 5; i++) {
                gate.reload(conf(app, "limits: {connections: " + (100 + i) + "}"));
                assertThat(client.get("/").body()).isEqualTo("A");
            }
            assertThat(app.requests()).isEqualTo(6);
            assertThat(app.accepted()).isEqualTo(1);
            assertThat(app.open()).isEqualTo(1);

            gate.reload(conf(other, ""));

            Eventually.holds("the idle connection to the app that is gone is closed", () -> app.open() == 0);
            assertThat(client.get("/").body()).isEqualTo("B");
        }
    }

    @Test
    void aConnectionInUseIsClosedWhenItsAnswerIsOutIfTheUpstreamIsGone() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        try (SocketApp app = SocketApp.start((head, in, out) -> {
                    asked.countDown();
                    mayAnswer.await();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA".getBytes(ISO_8859_1));
                });
                SocketApp other = SocketApp.saying("B");
                TestGate gate = TestGate.start(transport, folder, conf(app, ""));
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            asked.await();

            gate.reload(conf(other, ""));

            mayAnswer.countDown();
            assertThat(client.read().body()).isEqualTo("A");
            Eventually.holds("the connection is closed", () -> app.open() == 0);
        }
    }

    @Test
    void limitsOfRequestsTakeEffect() throws IOException {
        String long2000 = "X-Long: " + "x".repeat(2000);
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(transport, folder, conf(app, ""));
                RawClient open = gate.connect()) {
            assertThat(open.get("/", long2000).status()).isEqualTo(200);

            gate.reload(conf(app, "limits: {header_bytes: 1KiB, request_body: 10}"));

            assertThat(open.get("/", long2000).status()).isEqualTo(431);
            try (RawClient client = gate.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 11\r\n\r\nhello world");
                assertThat(client.read().status()).isEqualTo(413);
            }

            gate.reload(conf(app, "limits: {header_bytes: 64KiB}"));

            try (RawClient client = gate.connect()) {
                assertThat(client.get("/", "X-Long: " + "x".repeat(40_000)).status())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void noLineIsLostWhenTheLogMoves() throws IOException {
        int reloads = 6;
        int requests = 50;
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(transport, folder, conf(app, "access_log: {to: log0}"));
                RawClient client = gate.connect()) {
            for (int i = 1; i <= reloads; i++) {
                for (int request = 0; request < requests; request++) {
                    client.get("/" + (i - 1));
                }
                assertThat(gate.reload(conf(app, "access_log: {to: log" + i + "}")))
                        .isEqualTo("access_log changed");
            }
        }
        for (int i = 0; i < reloads; i++) {
            assertThat(Files.readString(folder.resolve("log" + i)).lines())
                    .hasSize(requests)
                    .allMatch(line -> line.contains(" 200 1 "));
        }
    }

    @Test
    void aLogThatWasMovedAwayIsBegunAnew() throws IOException {
        try (SocketApp app = SocketApp.saying("A");
                TestGate gate = TestGate.start(transport, folder, conf(app, "access_log: {to: log}"));
                RawClient client = gate.connect()) {
            client.get("/before");
            Files.move(folder.resolve("log"), folder.resolve("log.1")); // what logrotate does
            client.get("/between");

            gate.reload(conf(app, "access_log: {to: log}"));

            client.get("/after");
        }
        assertThat(Files.readString(folder.resolve("log.1")).lines())
                .satisfiesExactly(
                        first -> assertThat(first).contains("GET /before "),
                        second -> assertThat(second).contains("GET /between "));
        assertThat(Files.readString(folder.resolve("log")).lines())
                .singleElement()
                .asString()
                .contains("GET /after ");
    }

    @Test
    void theOldLogWaitsForTheRequestsThatWriteToItAndIsThenClosed() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch mayAnswer = new CountDownLatch(1);
        Path idleFolder = Files.createDirectory(folder.resolve("idle"));
        try (SocketApp app = SocketApp.start((head, in, out) -> {
                    asked.countDown();
                    mayAnswer.await();
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA".getBytes(ISO_8859_1));
                });
                TestGate gate = TestGate.start(transport, folder, conf(app, "access_log: {to: log0}"));
                TestGate idle = TestGate.start(idleFolder, conf(app, "access_log: {to: log0}"));
                RawClient client = gate.connect()) {
            client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            asked.await();
            gate.reload(conf(app, "access_log: {to: log1}"));
            idle.reload(conf(app, "access_log: {to: log1}"));
            // the idle gate shows when a log would be closed that nobody writes to
            Eventually.holds("the idle gate's log is closed", () -> !isOpen(idleFolder.resolve("log0")));
            assertThat(isOpen(folder.resolve("log0"))).isTrue();

            mayAnswer.countDown();

            assertThat(client.read().body()).isEqualTo("A");
            Eventually.holds("the old log is closed", () -> !isOpen(folder.resolve("log0")));
            assertThat(Files.readString(folder.resolve("log0"))).contains("GET /slow");
            assertThat(isOpen(folder.resolve("log1"))).isTrue();
        }
        assertThat(isOpen(folder.resolve("log1"))).isFalse();
    }

    private static boolean isOpen(Path file) throws IOException {
        String real = file.toRealPath().toString();
        return Arrays.stream(Objects.requireNonNull(new File("/proc/self/fd").listFiles()))
                .anyMatch(descriptor -> target(descriptor).equals(real));
    }

    private static String target(File descriptor) {
        try {
            return Files.readSymbolicLink(descriptor.toPath()).toString();
        } catch (IOException e) {
            return ""; // closed meanwhile
        }
    }
}
