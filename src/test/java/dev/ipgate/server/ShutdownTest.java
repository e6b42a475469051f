package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.File;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** A gate that stops: who may finish, who is cut, and what is left of it. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
@Timeout(120)
class ShutdownTest {

    @Parameter
    private Transport transport;

    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final int CYCLES = 50;
    private static final int HALF = 1 << 20;

    @TempDir
    private Path folder;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayFinish = new CountDownLatch(1);

    private SocketApp app() throws IOException {
        return SocketApp.start((head, in, out) -> {
            if (head.startsWith("GET /download")) {
                out.write(("HTTP/1.1 200 OK\r\nContent-Length: " + 2 * HALF + "\r\n\r\n").getBytes(ISO_8859_1));
                out.write(new byte[HALF]);
                out.flush();
                asked.countDown();
                mayFinish.await();
                out.write(new byte[HALF]);
            } else if (head.startsWith("GET /slow")) {
                asked.countDown();
                mayFinish.await();
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow".getBytes(ISO_8859_1));
            } else if (head.startsWith("GET /tunnel")) {
                out.write("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                        .getBytes(ISO_8859_1));
                in.transferTo(out);
            } else {
                out.write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nA".getBytes(ISO_8859_1));
            }
        });
    }

    private TestGate gate(SocketApp app) throws IOException {
        return TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.1}]\n");
    }

    private static Thread closing(TestGate gate, Duration grace) {
        Thread thread = new Thread(() -> gate.gate().close(grace), "closing");
        thread.start();
        return thread;
    }

    private static RawClient ask(TestGate gate, String path) throws IOException {
        return gate.connect().send("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
    }

    @Test
    void aDownloadCompletesWhileTheIdleAreClosedAndTheNewRefused() throws Exception {
        try (SocketApp app = app();
                TestGate gate = gate(app);
                RawClient idle = gate.connect();
                RawClient download = ask(gate, "/download")) {
            InetSocketAddress address = gate.address();
            assertThat(idle.get("/").status()).isEqualTo(200);
            asked.await();
            assertThat(download.readHead().status()).isEqualTo(200);

            Thread closing = closing(gate, LONG);

            assertThat(idle.isClosedByServer()).isTrue();
            assertThatThrownBy(() -> RawClient.connect(address)).isInstanceOf(ConnectException.class);
            assertThat(closing.isAlive()).isTrue();
            mayFinish.countDown();
            assertThat(download.in().readNBytes(2 * HALF)).hasSize(2 * HALF);
            assertThat(download.isClosedByServer()).isTrue();
            closing.join();
        }
    }

    @Test
    void aRequestInFlightIsAnsweredAndToldThatItIsTheLast() throws Exception {
        TestGate gate;
        try (SocketApp app = app()) {
            gate = gate(app);
            try (RawClient idle = gate.connect();
                    RawClient slow = ask(gate, "/slow")) {
                assertThat(idle.get("/").status()).isEqualTo(200);
                asked.await();

                Thread closing = closing(gate, LONG);

                assertThat(idle.isClosedByServer()).isTrue(); // so the closing has begun
                mayFinish.countDown();
                RawResponse last = slow.read();
                assertThat(last.body()).isEqualTo("slow");
                assertThat(last.header("Connection")).isEqualTo(transport.close());
                assertThat(slow.isClosedByServer()).isTrue();
                closing.join();
            }
        }
        assertThat(gate.log()).contains("\"GET /slow " + transport.version() + "\" 200 4 ");
    }

    @Test
    void whatIsLeftWhenTheGraceEndsIsCutAndLogged() throws Exception {
        TestGate gate;
        try (SocketApp app = app()) {
            gate = gate(app);
            try (RawClient download = ask(gate, "/download")) {
                asked.await();
                assertThat(download.readHead().status()).isEqualTo(200);
                assertThat(download.in().readNBytes(HALF)).hasSize(HALF);

                gate.gate().close(SHORT);

                assertThat(download.isClosedByServer()).isTrue();
                assertThat(gateThreads()).isEmpty();
                Eventually.holds("the app's connection is closed", () -> {
                    mayFinish.countDown();
                    return app.open() == 0;
                });
            }
        }
        assertThat(gate.log()).contains("\"GET /download " + transport.version() + "\" 200 " + HALF + " ");
    }

    @Test
    void whoeverWaitsForTheAppWhenTheGraceEndsIsToldToComeAgain() throws Exception {
        try (SocketApp app = app();
                TestGate gate = gate(app);
                RawClient slow = ask(gate, "/slow")) {
            asked.await();

            gate.gate().close(SHORT);

            RawResponse answer = slow.read();
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isNotNull();
            assertThat(slow.isClosedByServer()).isTrue();
        }
    }

    @Test
    void aTunnelDoesNotDelayTheEnd() throws Exception {
        try (SocketApp app = app();
                TestGate gate = gate(app);
                RawClient tunnel = gate.connectHttp1From("127.0.0.1")) {
            assertThat(tunnel.upgrade("/tunnel").status()).isEqualTo(101);
            assertThat(tunnel.send("ping").in().readNBytes(4)).asString().isEqualTo("ping");

            gate.gate().close(LONG);

            assertThat(tunnel.isClosedByServer()).isTrue();
            assertThat(gateThreads()).isEmpty();
            Eventually.holds("the app's connection is closed", () -> app.open() == 0);
        }
    }

    @Test
    void closingTwiceIsFineAndAtOnce() throws Exception {
        try (SocketApp app = app()) {
            TestGate gate = gate(app);
            gate.gate().close(LONG);
            gate.gate().close(LONG);
            gate.gate().close();
            assertThat(gate.gate().addresses()).isEmpty();
        }
    }

    @Test
    void nothingIsLeftOfManyGates() throws Exception {
        try (SocketApp app = app()) {
            cycle(app);
            long before = descriptors();
            for (int i = 0; i < CYCLES; i++) {
                cycle(app);
            }
            Eventually.holds(
                    "its threads are gone", () -> gateThreads().isEmpty()); // the control socket's is not awaited
            Eventually.holds("the app's connections are closed", () -> app.open() == 0);
            // less than one for each: other tests' sockets may come and go meanwhile
            Eventually.holds("descriptors come back", () -> descriptors() < before + CYCLES / 2);
        }
    }

    private void cycle(SocketApp app) throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, """
                        upstream: APP
                        rules: [{allow: 127.0.0.1}]
                        control: control
                        """.replace("APP", app.url()));
                RawClient client = gate.connect();
                RawClient idle = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(idle.socket().isConnected()).isTrue();
        }
    }

    private static long descriptors() {
        return Objects.requireNonNull(new File("/proc/self/fd").list()).length;
    }

    private static List<String> gateThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("ipgate ") || name.startsWith("XNIO") || name.startsWith("ipgate-"))
                .toList();
    }
}
