package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Apps that answer once and then say more, which was not asked for: what has reached the gate before a request did is never
 * taken for its answer. Several apps and clients at a time keep the gate's threads in the middle of something.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class SurplusAnswerTest {

    @Parameter
    private Transport transport;

    private static final int APPS = 16;
    private static final int REQUESTS = 250; // to each
    private static final String SURPLUS = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("ipgate.surplus.seed", System.nanoTime());

    @Test
    void whatFollowsAnAnswerIsNobodysAnswer() throws Exception {
        System.out.println("SurplusAnswerTest seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(APPS);
        List<TalkativeApp> apps = new ArrayList<>();
        StringBuilder locations = new StringBuilder();
        for (int i = 0; i < APPS; i++) {
            TalkativeApp app = new TalkativeApp(new Random(seed + i));
            apps.add(app);
            locations
                    .append("  - {path: /")
                    .append((char) ('a' + i))
                    .append("/, upstream: {url: \"")
                    .append(app.server.url())
                    .append("\", keepalive: 1m}}\n");
        }
        try (TestGate gate = TestGate.start(transport, folder, """
                upstream: "http://127.0.0.1:1"
                rules: [{allow: 127.0.0.1}]
                access_log: off
                locations:
                """ + locations)) {
            CountDownLatch ready = new CountDownLatch(APPS);
            List<Future<Void>> clients = new ArrayList<>();
            for (int i = 0; i < APPS; i++) {
                String folder = "/" + (char) ('a' + i) + "/";
                TalkativeApp app = apps.get(i);
                clients.add(threads.submit(() -> {
                    ask(gate, folder, app, ready);
                    return null;
                }));
            }
            for (Future<Void> client : clients) {
                client.get();
            }
        } finally {
            threads.shutdownNow();
            for (TalkativeApp app : apps) {
                app.server.close();
            }
        }
    }

    private void ask(TestGate gate, String folder, TalkativeApp app, CountDownLatch ready) throws Exception {
        try (RawClient client = gate.connect()) {
            ready.countDown();
            ready.await();
            for (int i = 0; i < REQUESTS; i++) {
                String path = folder + i;
                assertThat(client.get(path).body()).as("seed %d", seed).isEqualTo(path);
                app.awaitSurplus();
            }
        }
        assertThat(app.server.visits()).as("connections, seed %d", seed).isEqualTo(REQUESTS);
    }

    /** Answers one request of each connection with its path; a while after that it says more. */
    private static final class TalkativeApp {

        private final Random random;
        private final RawApp server;
        private final SynchronousQueue<Boolean> said = new SynchronousQueue<>();

        TalkativeApp(Random random) throws IOException {
            this.random = random;
            server = RawApp.start(this::talk);
        }

        /** Comes back when the gate's machine has at least the first byte of it. */
        void awaitSurplus() throws InterruptedException {
            assertThat(said.poll(20, TimeUnit.SECONDS)).isTrue();
        }

        private void talk(Visit visit) throws IOException {
            String request = visit.head();
            if (request == null) {
                return; // the gate stops
            }
            String path = "/" + Visit.path(request);
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
            if (random.nextBoolean()) {
                visit.pause(random.nextInt(300));
            }
            int cut = random.nextInt(SURPLUS.length());
            visit.send(SURPLUS.substring(0, cut + 1));
            try {
                said.put(true);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            visit.send(SURPLUS.substring(cut + 1));
            visit.awaitEnd();
        }
    }
}
