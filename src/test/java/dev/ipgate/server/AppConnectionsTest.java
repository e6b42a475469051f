package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections to the app: kept, given up, and no more of them than it may have. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class AppConnectionsTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private TestGate gate(ScriptedApp app, String settings) throws IOException {
        return TestGate.start(
                transport,
                folder,
                "upstream: {url: \"" + app.url() + "\", " + settings + "}\nrules: [{allow: 127.0.0.1}]\n");
    }

    @Test
    void oneConnectionServesManyRequests() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app, "keepalive: 1m");
                RawClient client = gate.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/").body()).isEqualTo("hello");
            }
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void withoutKeepaliveEachRequestHasItsOwn() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app, "keepalive: 0s");
                RawClient client = gate.connect()) {
            for (int i = 0; i < 5; i++) {
                assertThat(client.get("/").body()).isEqualTo("hello");
            }
            assertThat(app.connections()).isEqualTo(5);
        }
    }

    @Test
    void anIdleConnectionIsClosedInTime() throws Exception {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    conversation.awaitEnd();
                });
                TestGate gate = gate(app, "keepalive: 10ms");
                RawClient client = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(200);
            Eventually.holds("the idle connection is closed", () -> app.ended() == 1);
        }
    }

    @Test
    void anIdleConnectionOnOneThreadDoesNotStarveTheOthers() throws IOException {
        List<RawClient> clients = new ArrayList<>();
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app, "max_connections: 1, keepalive: 1h, connect_timeout: 20s")) {
            for (int i = 0; i < 8; i++) { // on all IO threads
                clients.add(gate.connect());
            }
            for (int round = 0; round < 3; round++) {
                for (RawClient client : clients) {
                    assertThat(client.get("/").body()).isEqualTo("hello");
                }
            }
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void whoFindsAllConnectionsTakenWaitsForOne() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    while (true) {
                        conversation.next();
                        go.await();
                        conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                    }
                });
                TestGate gate = gate(app, "max_connections: 1, connect_timeout: 30s");
                RawClient first = gate.connect();
                RawClient second = gate.connect()) {
            first.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            Eventually.holds("the first has it", () -> app.requests().size() == 1);
            second.send("GET /2 HTTP/1.1\r\nHost: a\r\n\r\n");
            go.countDown();
            assertThat(first.read().body()).isEqualTo("hello");
            assertThat(second.read().body()).isEqualTo("hello");
        }
    }

    @Test
    void whoFindsTheQueueFullIsToldWhenToComeBack() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        List<RawClient> clients = new ArrayList<>();
        int threads = Runtime.getRuntime().availableProcessors(); // each has a queue of its own
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    while (true) {
                        conversation.next();
                        go.await();
                        conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
                    }
                });
                TestGate gate = gate(app, "max_connections: 1, connect_timeout: 30s")) {
            for (int i = 0; i < threads + 2; i++) {
                RawClient client = gate.connect();
                clients.add(client);
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            Eventually.holds("one is turned away", () -> gate.log().contains("\" 503 "));
            go.countDown();
            List<RawResponse> busy = new ArrayList<>();
            for (RawClient client : clients) {
                RawResponse answer = client.read();
                if (answer.status() == 503) {
                    busy.add(answer);
                } else {
                    assertThat(answer.body()).isEqualTo("hello");
                }
            }
            assertThat(busy)
                    .isNotEmpty()
                    .allSatisfy(
                            answer -> assertThat(answer.header("Retry-After")).matches("\\d+"));
        } finally {
            for (RawClient client : clients) {
                client.close();
            }
        }
    }
}
