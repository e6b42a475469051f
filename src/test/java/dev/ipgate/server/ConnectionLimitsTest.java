package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** At a limit the connection that has been idle longest makes room; whoever is served is left alone. */
class ConnectionLimitsTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private final List<RawClient> clients = new ArrayList<>();

    @AfterEach
    void closeClients() throws IOException {
        for (RawClient client : clients) {
            client.close();
        }
    }

    private static String conf(ScriptedApp app, String limits) {
        return "upstream: " + app.url() + "\nlimits: {" + limits + "}\nrules: [{allow: 127.0.0.0/8}]\n";
    }

    private TestGate gate(String limits) throws IOException {
        return TestGate.start(folder, conf(app, limits));
    }

    private RawClient connect(TestGate gate, String source) throws IOException {
        RawClient client = gate.connectFrom(source);
        clients.add(client);
        return client;
    }

    /** Connects, is served, and is idle when this comes back: the order of such calls is that of idleness. */
    private RawClient idle(TestGate gate, String source, int idleThen) throws IOException {
        return used(gate, connect(gate, source), idleThen);
    }

    private static RawClient used(TestGate gate, RawClient client, int idleThen) throws IOException {
        assertThat(client.get("/").status()).isEqualTo(200);
        Eventually.holds(idleThen + " are idle", () -> gate.gate().connections().idle() == idleThen);
        return client;
    }

    @Test
    void theLongestIdleMakesRoom() throws IOException {
        try (TestGate gate = gate("connections: 4")) {
            RawClient first = idle(gate, "127.0.0.1", 1);
            RawClient second = idle(gate, "127.0.0.1", 2);
            RawClient third = idle(gate, "127.0.0.2", 3);
            RawClient fourth = idle(gate, "127.0.0.1", 4);
            used(gate, first, 4); // and so no longer the longest

            RawClient fifth = idle(gate, "127.0.0.3", 4);
            assertThat(second.isClosedByServer()).isTrue();
            RawClient sixth = idle(gate, "127.0.0.3", 4);
            assertThat(third.isClosedByServer()).isTrue();

            for (RawClient open : List.of(first, fourth, fifth, sixth)) {
                used(gate, open, 4);
            }
            assertThat(gate.gate().connections().madeRoom()).isEqualTo(2);
            assertThat(gate.gate().connections().refused()).isZero();
        }
    }

    @Test
    void whoHasNotAskedYetIsIdleToo() throws IOException {
        try (TestGate gate = gate("connections: 2")) {
            RawClient silent = connect(gate, "127.0.0.1");
            Eventually.holds("it is idle", () -> gate.gate().connections().idle() == 1);
            idle(gate, "127.0.0.1", 2);
            idle(gate, "127.0.0.1", 2);
            assertThat(silent.isClosedByServer()).isTrue();
        }
    }

    @Test
    void ofWhomIsBusyNobodyMakesRoom() throws Exception {
        CountDownLatch answer = new CountDownLatch(1);
        try (ScriptedApp slow = ScriptedApp.start(conversation -> {
                    conversation.next();
                    answer.await();
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
                });
                TestGate gate = TestGate.start(folder, conf(slow, "connections: 2"))) {
            RawClient waits = connect(gate, "127.0.0.1").send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Eventually.holds("it waits", () -> slow.connections() == 1);
            RawClient drips = connect(gate, "127.0.0.1").send("GET / HTTP/1.1\r\nHost: a\r\nX: ");
            Eventually.holds(
                    "both are busy",
                    () -> gate.gate().connections().count() == 2
                            && gate.gate().connections().idle() == 0);

            RawClient late = connect(gate, "127.0.0.1");
            assertThat(late.isClosedByServer()).isTrue();
            assertThat(gate.gate().connections().refused()).isEqualTo(1);

            answer.countDown();
            assertThat(waits.read().status()).isEqualTo(200);
            assertThat(drips.send("y\r\n\r\n").read().status()).isEqualTo(200);
            Eventually.holds("both are idle", () -> gate.gate().connections().idle() == 2);
            assertThat(connect(gate, "127.0.0.1").get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void aClientMakesRoomAmongItsOwn() throws IOException {
        try (TestGate gate = gate("connections_per_client: 2")) {
            RawClient other = idle(gate, "127.0.0.2", 1);
            RawClient first = idle(gate, "127.0.0.1", 2);
            RawClient second = idle(gate, "127.0.0.1", 3);
            used(gate, first, 3);

            RawClient third = idle(gate, "127.0.0.1", 3);
            assertThat(second.isClosedByServer()).isTrue();

            for (RawClient open : List.of(other, first, third)) {
                used(gate, open, 3);
            }
            assertThat(gate.gate().connections().clients()).isEqualTo(2);
        }
    }

    @Test
    void aTrustedProxyIsNotOneClient() throws IOException {
        try (TestGate gate = TestGate.start(
                folder, conf(app, "connections_per_client: 1") + "client_address: {trusted_proxies: [127.0.0.1]}\n")) {
            RawClient first = idle(gate, "127.0.0.1", 1);
            idle(gate, "127.0.0.1", 2);
            used(gate, first, 2);
            idle(gate, "127.0.0.2", 3);
            idle(gate, "127.0.0.2", 3);
            assertThat(gate.gate().connections().clients()).isEqualTo(1);
        }
    }

    @Test
    void behindAProxyHeaderEachClientIsItself() throws IOException {
        try (TestGate gate = TestGate.start(
                folder,
                "listen: {address: \"127.0.0.1:0\", proxy_protocol: true}\n"
                        + conf(app, "connections_per_client: 1").replace("127.0.0.0/8", "203.0.113.0/24")
                        + "client_address: {trusted_proxies: [127.0.0.1]}\n")) {
            String header = "PROXY TCP4 203.0.113.7 192.0.2.1 50000 443\r\n";
            RawClient one = used(gate, connect(gate, "127.0.0.1").send(header), 1);
            RawClient other = used(gate, connect(gate, "127.0.0.1").send(header.replace(".7 ", ".8 ")), 2);
            used(gate, connect(gate, "127.0.0.1").send(header), 2);
            assertThat(one.isClosedByServer()).isTrue();
            used(gate, other, 2);
        }
    }

    @Test
    void aReloadChangesTheLimits() throws IOException {
        try (TestGate gate = gate("connections: 10")) {
            RawClient first = idle(gate, "127.0.0.1", 1);
            RawClient second = idle(gate, "127.0.0.1", 2);
            gate.reload(conf(app, "connections: 1"));
            used(gate, second, 2);
            idle(gate, "127.0.0.1", 2); // one makes room for one
            assertThat(first.isClosedByServer()).isTrue();
        }
    }

    /** Whatever the IO threads do to each other: nobody is lost, and nothing stays behind. */
    @Test
    void aStormLeavesNothingBehind() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try (TestGate gate = gate("connections: 12, connections_per_client: 5")) {
            List<Future<Integer>> served = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                String source = "127.0.0." + (1 + i % 4);
                served.add(threads.submit(() -> storm(gate, source)));
            }
            int sum = 0;
            for (Future<Integer> one : served) {
                sum += one.get();
            }
            assertThat(sum).isPositive();
            Eventually.holds("all are gone", () -> gate.gate().connections().count() == 0);
            assertThat(gate.gate().connections().idle()).isZero();
            assertThat(gate.gate().connections().clients()).isZero();
        } finally {
            threads.shutdownNow();
        }
    }

    /** Opens connections, asks on each, and closes them late; any may be closed on it meanwhile. */
    private static int storm(TestGate gate, String source) throws IOException {
        int served = 0;
        List<RawClient> open = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            RawClient client = gate.connectFrom(source);
            open.add(client);
            try {
                served += client.get("/").status() == 200 ? 1 : 0;
            } catch (IOException e) {
                // it has made room
            }
            if (open.size() > 6) {
                open.remove(0).close();
            }
        }
        for (RawClient client : open) {
            client.close();
        }
        return served;
    }
}
