package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Reloads while clients hammer. Under rule set A, 127.0.0.2 reaches app A; under B, 127.0.0.3 reaches app B. So whoever
 * gets an answer from the other's app has been through a mixture of both.
 */
@Timeout(120)
class ReloadUnderLoadTest {

    private static final int CLIENTS = 50;
    private static final int RELOADS = 24;
    private static final int REQUESTS_BETWEEN = 100;

    private static final String CONF = """
            upstream: APP
            rules:
              - allow: WHOM
              - deny: all
            """;

    @TempDir
    private Path folder;

    private final AtomicBoolean stop = new AtomicBoolean();
    private final AtomicLong answers = new AtomicLong();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void nobodyIsDroppedAndNobodySeesAMixture() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("ReloadUnderLoadTest: seed " + seed);
        try (SocketApp a = SocketApp.saying("A");
                SocketApp b = SocketApp.saying("B")) {
            String confA = CONF.replace("APP", a.url()).replace("WHOM", "127.0.0.2");
            String confB = CONF.replace("APP", b.url()).replace("WHOM", "127.0.0.3");
            try (TestGate gate = TestGate.start(folder, confA);
                    RawClient open2 = gate.connectFrom("127.0.0.2");
                    RawClient open3 = gate.connectFrom("127.0.0.3")) {
                List<Thread> clients = hammer(gate, seed);
                for (int reload = 0; reload < RELOADS; reload++) {
                    boolean toB = reload % 2 == 0;
                    long target = answers.get() + REQUESTS_BETWEEN;
                    Eventually.holds("the clients go on", () -> answers.get() >= target);

                    assertThat(gate.reload(toB ? confB : confA)).isEqualTo("+1 rule, -1 rule, upstream changed");

                    assertThat(open2.get("/").status()).as("reload %d", reload).isEqualTo(toB ? 403 : 200);
                    assertThat(open3.get("/").status()).as("reload %d", reload).isEqualTo(toB ? 200 : 403);
                }
                stop.set(true);
                for (Thread client : clients) {
                    client.join();
                }
            }
        }
        assertThat(failures).as("seed %d", seed).isEmpty();
    }

    private List<Thread> hammer(TestGate gate, long seed) {
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < CLIENTS; i++) {
            String source = i % 2 == 0 ? "127.0.0.2" : "127.0.0.3";
            Random random = new Random(seed + i);
            Thread thread = new Thread(() -> client(gate, source, random), "client-" + i);
            thread.start();
            threads.add(thread);
        }
        return threads;
    }

    private void client(TestGate gate, String source, Random random) {
        String own = source.equals("127.0.0.2") ? "A" : "B";
        try {
            RawClient connection = gate.connectFrom(source);
            while (!stop.get()) {
                RawResponse answer = ask(connection, random);
                boolean right = answer.status() == 200 ? answer.body().equals(own) : answer.status() == 403;
                if (!right) {
                    failures.add(source + " got " + answer.statusLine() + " " + answer.body());
                }
                answers.incrementAndGet();
                if ("close".equals(answer.header("Connection"))) { // a denied body is not read
                    connection.close();
                    connection = gate.connectFrom(source);
                }
            }
            connection.close();
        } catch (IOException | RuntimeException e) {
            failures.add(source + ": " + e);
        }
    }

    private static RawResponse ask(RawClient connection, Random random) throws IOException {
        if (random.nextInt(8) > 0) {
            return connection.get("/" + random.nextInt(1000));
        }
        String body = "x".repeat(random.nextInt(2000));
        connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
        return connection.read();
    }
}
