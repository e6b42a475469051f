package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Ports;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Several copies of an app share the requests, over real sockets. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
@Timeout(120)
class SeveralAppsTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private TestGate gate(String options, String... urls) throws IOException {
        return TestGate.start(transport, folder, """
                upstream:
                  urls: ["%s"]
                  %s
                rules: [{allow: 127.0.0.1}]
                """.formatted(String.join("\", \"", urls), options));
    }

    @Test
    void oneAfterTheOtherTheyTakeTurns() throws IOException {
        try (App one = App.start();
                App two = App.start();
                TestGate gate = gate("", one.url(), two.url());
                RawClient client = gate.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/").status()).isEqualTo(200);
            }
            assertThat(one.seen()).hasSize(10);
            assertThat(two.seen()).hasSize(10);
        }
    }

    @Test
    void aSlowOneGetsFewer() throws Exception {
        try (App slow = App.start((app, exchange) -> {
                    pause(100);
                    App.hello(app, exchange);
                });
                App fast = App.start((app, exchange) -> {
                    pause(5);
                    App.hello(app, exchange);
                });
                TestGate gate = gate("", slow.url(), fast.url())) {
            List<Integer> statuses = inParallel(8, gate, 40);

            assertThat(statuses).hasSize(320).containsOnly(200);
            assertThat(slow.seen().size() + fast.seen().size()).isEqualTo(320);
            assertThat(slow.seen()).hasSizeGreaterThan(4).hasSizeLessThan(160);
        }
    }

    @Test
    void withOneDownNoRequestIsLost() throws Exception {
        try (App up = App.start();
                TestGate gate = gate("", "http://127.0.0.1:" + Ports.free(), up.url())) {
            assertThat(inParallel(8, gate, 25)).hasSize(200).containsOnly(200);
            assertThat(up.seen()).hasSize(200);
        }
    }

    @Test
    void withOneGoingDownNoNewConnectionIsLost() throws Exception {
        App goes = App.start();
        try (App stays = App.start();
                TestGate gate = gate("keepalive: 0", stays.url(), goes.url())) {
            assertThat(inParallel(4, gate, 5)).containsOnly(200);
            int before = goes.seen().size();
            goes.close();

            assertThat(inParallel(4, gate, 25)).hasSize(100).containsOnly(200);
            assertThat(before).isPositive();
            assertThat(goes.seen()).hasSize(before);
        } finally {
            goes.close();
        }
    }

    @Test
    void withAllDownWhoeverComesBackIsUsedAtOnce() throws IOException {
        int port = Ports.free();
        try (TestGate gate = gate("", "http://127.0.0.1:" + Ports.free(), "http://127.0.0.1:" + port)) {
            for (int i = 0; i < 3; i++) {
                assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(502);
            }
            try (App back = App.startAt(port)) {
                for (int i = 0; i < 6; i++) {
                    assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
                }
                assertThat(back.seen()).hasSize(6);
            }
        }
    }

    @Test
    void anUploadGoesOnToTheNextAppOnceAndWhole() throws IOException {
        int size = 5_000_000;
        try (App up = App.start();
                TestGate gate = gate("", "http://127.0.0.1:" + Ports.free(), up.url());
                RawClient client = gate.connect()) {
            client.send("POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + size + "\r\n\r\n");
            client.send(new byte[size]);

            assertThat(client.read().status()).isEqualTo(200);
            assertThat(up.seen()).singleElement().satisfies(seen -> {
                assertThat(seen.method()).isEqualTo("POST");
                assertThat(seen.bodyBytes()).isEqualTo(size);
            });
        }
    }

    @Test
    void oneThatAcceptsNobodyLeavesTimeForTheOther() throws IOException {
        List<Socket> crowd = new ArrayList<>();
        try (ServerSocket full = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                App up = App.start();
                TestGate gate = gate("connect_timeout: 2s", "http://127.0.0.1:" + full.getLocalPort(), up.url());
                RawClient client = gate.connect()) {
            crowd(full, crowd);

            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(client.get("/").status()).isEqualTo(200);
        } finally {
            for (Socket socket : crowd) {
                socket.close();
            }
        }
    }

    @Test
    void theAppSeesItsOwnHostAndOrigin() throws IOException {
        try (App one = App.start();
                App two = App.start();
                TestGate gate = gate("host_header: upstream\n  origin: upstream", one.url(), two.url());
                RawClient client = gate.connect()) {
            for (int i = 0; i < 4; i++) {
                assertThat(client.get("/", "Host: localhost:80", "Origin: http://localhost")
                                .status())
                        .isEqualTo(200);
            }
            for (App app : List.of(one, two)) {
                assertThat(app.seen()).hasSize(2).allSatisfy(seen -> {
                    assertThat(seen.header("Host")).isEqualTo("127.0.0.1:" + app.port());
                    assertThat(seen.header("Origin")).isEqualTo(app.url());
                });
            }
        }
    }

    @Test
    void anIdleConnectionToOneAppDoesNotKeepTheOtherFromItsPlace() throws Exception {
        try (App one = App.start();
                App two = App.start();
                TestGate gate = gate("max_connections: 4\n  keepalive: 1m", one.url(), two.url())) {
            for (int i = 0; i < 10; i++) {
                assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
            }
            assertThat(inParallel(4, gate, 50)).containsOnly(200);
            assertThat(one.seen()).isNotEmpty();
            assertThat(two.seen()).isNotEmpty();
        }
    }

    @Test
    void whereNoneAnswersThePageSaysWhichWereTried() throws IOException {
        int one = Ports.free();
        int two = Ports.free();
        try (TestGate gate = gate("", "http://127.0.0.1:" + one, "http://127.0.0.1:" + two)) {
            RawResponse response = gate.getFrom("127.0.0.1", "/");

            assertThat(response.status()).isEqualTo(502);
            assertThat(response.body()).contains("127.0.0.1:" + one + ", 127.0.0.1:" + two);
        }
    }

    /** The statuses of the requests of several clients. */
    private static List<Integer> inParallel(int clients, TestGate gate, int requests)
            throws InterruptedException, ExecutionException {
        ExecutorService threads = Executors.newFixedThreadPool(clients);
        try {
            List<Future<List<Integer>>> running = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                running.add(threads.submit(() -> {
                    List<Integer> statuses = new ArrayList<>();
                    try (RawClient client = gate.connect()) {
                        for (int j = 0; j < requests; j++) {
                            statuses.add(client.get("/").status());
                        }
                    }
                    return statuses;
                }));
            }
            List<Integer> all = new ArrayList<>();
            for (Future<List<Integer>> statuses : running) {
                all.addAll(statuses.get());
            }
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    /** Connects until the server's queue is full, so that further connections are not answered. */
    private static void crowd(ServerSocket server, List<Socket> crowd) throws IOException {
        try {
            for (int i = 0; i < 10; i++) {
                Socket socket = new Socket();
                crowd.add(socket);
                socket.connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()), 500);
            }
        } catch (SocketTimeoutException full) {
            return;
        }
        throw new IOException("the queue never fills");
    }

    private static void pause(long millis) throws IOException {
        try {
            Thread.sleep(millis); // what the app takes for its answer
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }
}
