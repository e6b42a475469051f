package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.net.ConnectException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a running gate does when it is told to reload or to stop. */
class SignalsIT {

    private static final int HALF = 100_000;

    private final CountDownLatch goOn = new CountDownLatch(1);

    @TempDir
    private Path folder;

    private App app;
    private String conf;

    /** /slow sends one half of its answer, and the other when the test says so. */
    @BeforeEach
    void startApp() throws IOException {
        app = App.start((self, exchange) -> {
            boolean slow = self.note(exchange).target().equals("/slow");
            exchange.sendResponseHeaders(200, 2 * HALF);
            exchange.getResponseBody().write(new byte[HALF]);
            exchange.getResponseBody().flush();
            try {
                if (slow && !goOn.await(60, TimeUnit.SECONDS)) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            exchange.getResponseBody().write(new byte[HALF]);
        });
        conf = """
                listen: "127.0.0.1:0"
                upstream: "APP"
                rules:
                  - allow: 127.0.0.1
                """.replace("APP", app.url());
    }

    @AfterEach
    void stopApp() {
        goOn.countDown();
        app.close();
    }

    private void write(String text) throws IOException {
        Files.writeString(folder.resolve("ipgate.yaml"), text);
    }

    @Test
    void sighupTakesANewFileAndKeepsTheOldRulesIfItIsWrong() throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, conf);
                RawClient kept = RawClient.connect("127.0.0.2", gate.address())) {
            assertThat(kept.get("/").status()).isEqualTo(403);

            write(conf + "  - allow: 127.0.0.2\n");
            gate.signal("HUP");
            gate.await("it has reloaded", () -> gate.err().contains("reloaded: +1 rule"));
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);

            write(conf + "  - permit: 127.0.0.3\n");
            gate.signal("HUP");
            gate.await("it has not", () -> gate.err().contains("not reloaded: the rules from before stay in force"));
            assertThat(gate.err()).contains("ipgate.yaml:5:").doesNotContain("Exception", "\tat ");
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void theReloadCommandFindsTheGateByItsConfFile() throws IOException {
        Path elsewhere = Files.createDirectory(folder.resolve("elsewhere"));
        try (GateProcess gate = Launch.plain().serve(folder, conf);
                GateProcess other = Launch.plain().serve(elsewhere, conf)) {
            write(conf + "  - allow: 127.0.0.2\n");
            try (GateProcess reload = Launch.plain().start(folder, "reload", "-c", "ipgate.yaml")) {
                assertThat(reload.exitStatus()).as(reload.err()).isZero();
                assertThat(reload.out()).contains("process " + gate.pid() + " was sent SIGHUP");
            }
            gate.await("it has reloaded", () -> gate.err().contains("reloaded: +1 rule"));
            assertThat(other.err()).doesNotContain("reloaded");

            write(conf + "  - permit: 127.0.0.2\n");
            try (GateProcess reload = Launch.plain().start(folder, "reload", "-c", "ipgate.yaml")) {
                assertThat(reload.exitStatus()).isEqualTo(78);
                assertThat(reload.err()).contains("ipgate.yaml:5:");
            }
            assertThat(gate.err()).doesNotContain("not reloaded");
        }
    }

    @Test
    void theReloadCommandAsksOverTheControlSocket() throws IOException {
        String controlled = "control: control\n" + conf;
        try (GateProcess gate = Launch.plain().serve(folder, controlled)) {
            write(controlled + "  - allow: 127.0.0.2\n");
            try (GateProcess reload = Launch.plain().start(folder, "reload", "-c", "ipgate.yaml")) {
                assertThat(reload.exitStatus()).as(reload.err()).isZero();
                assertThat(reload.out()).contains("+1 rule");
            }
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
            gate.signal("TERM");
            assertThat(gate.exitStatus()).isZero();
            assertThat(folder.resolve("control")).doesNotExist();
            try (GateProcess reload = Launch.plain().start(folder, "reload", "-c", "ipgate.yaml")) {
                assertThat(reload.exitStatus()).isEqualTo(1);
                assertThat(reload.err()).startsWith("no ipgate answers on ");
            }
        }
    }

    @Test
    void theReloadCommandReachesAGateThatIsToHaveAnotherControlSocketFromThenOn() throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, conf)) {
            write("control: control\n" + conf + "  - allow: 127.0.0.2\n");
            try (GateProcess reload = Launch.plain().start(folder, "reload", "-c", "ipgate.yaml")) {
                assertThat(reload.exitStatus()).as(reload.err()).isZero();
                assertThat(reload.out()).contains("process " + gate.pid() + " was sent SIGHUP");
            }
            gate.await("it has reloaded", () -> gate.err().contains("reloaded: "));
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(200);
            assertThat(folder.resolve("control")).exists();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void anIdleGateStopsAtOnceAndCutsNobodyOff(String signal) throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, conf);
                RawClient idle = RawClient.connect(gate.address())) {
            assertThat(idle.get("/").status()).isEqualTo(200);
            gate.signal(signal);

            assertThat(gate.exitStatus()).isZero();
            assertThat(idle.isClosedByServer()).isTrue();
            assertThat(gate.err()).doesNotContain("were cut", "Exception");
            assertThat(gate.out().lines()).hasSize(1);
        }
    }

    @Test
    void sigtermLetsADownloadFinish() throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, conf);
                RawClient client = RawClient.connect(gate.address())) {
            client.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200);
            assertThat(client.in().readNBytes(HALF)).hasSize(HALF);

            gate.signal("TERM");
            gate.await("it accepts nobody", () -> isRefused(gate));
            goOn.countDown();

            assertThat(client.in().readNBytes(HALF)).hasSize(HALF);
            assertThat(gate.exitStatus()).isZero();
            assertThat(gate.err()).doesNotContain("were cut", "Exception");
            assertThat(gate.out()).contains("\"GET /slow HTTP/1.1\" 200 " + 2 * HALF + " ");
        }
    }

    private static boolean isRefused(GateProcess gate) {
        try (RawClient client = RawClient.connect(gate.address())) {
            return client.socket().isClosed();
        } catch (ConnectException e) {
            return true;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void sigusr1OpensTheAccessLogAnew() throws IOException {
        Path log = folder.resolve("access.log");
        Path rotated = folder.resolve("access.log.1");
        try (GateProcess gate = Launch.plain().serve(folder, conf + "access_log: {to: access.log}\n")) {
            gate.getFrom("127.0.0.1", "/first");
            Eventually.holds("it is logged", () -> Files.readString(log).contains("/first"));
            Files.move(log, rotated);
            gate.signal("USR1");
            gate.await("there is a new file", () -> Files.exists(log));
            gate.getFrom("127.0.0.1", "/second");
            Eventually.holds("it is logged there", () -> Files.readString(log).contains("/second"));
            assertThat(Files.readString(rotated)).doesNotContain("/second");
        }
    }

    @Test
    void whatIsLoggedLastIsThereAtTheEnd() throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, conf)) {
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
            gate.signal("TERM");
            assertThat(gate.exitStatus()).isZero();
            assertThat(gate.err()).contains("INFO denied 127.0.0.2: no rule matched (403, GET /, ");
        }
    }
}
