package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.auth.NewPassword;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A password costs one hash however often it comes, and wrong ones cost nobody else an answer. */
@Timeout(180)
class PasswordLoadTest {

    private static final int REQUESTS = 10_000;
    private static final int CONNECTIONS = 50;
    private static final int GUESSES = 1000;
    private static final int ADDRESSES = 250;

    @TempDir
    private Path folder;

    @AutoClose("shutdownNow")
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AutoClose
    private final App app = App.start((self, exchange) -> exchange.sendResponseHeaders(204, -1));

    private TestGate gate(String more) throws IOException {
        Files.writeString(
                folder.resolve("htpasswd"), "ana:" + NewPassword.of("secret").hash() + "\n");
        return TestGate.start(folder, "upstream: \"" + app.url() + "\"\nauth: {users_file: htpasswd}\n" + more);
    }

    @Test
    void tenThousandRequestsCostOneHash() throws Exception {
        String ana = Basic.line("ana", "secret");
        try (TestGate gate = gate("")) {
            List<Future<Integer>> clients = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) { // all of them at once, before anything is known
                clients.add(threads.submit(() -> {
                    int passed = 0;
                    try (RawClient client = gate.connect()) {
                        for (int request = 0; request < REQUESTS / CONNECTIONS; request++) {
                            passed += client.get("/", ana).status() == 204 ? 1 : 0;
                        }
                    }
                    return passed;
                }));
            }
            int passed = 0;
            for (Future<Integer> client : clients) {
                passed += client.get();
            }
            assertThat(passed).isEqualTo(REQUESTS);
            assertThat(gate.gate().usersFiles().hashes()).isEqualTo(1);
        }
    }

    @Test
    void whileAThousandGuessesAreHashedOthersHaveTheirAnswers() throws Exception {
        try (TestGate gate = gate("satisfy: any\nrules: [{allow: 127.0.0.1}]\n");
                RawClient allowed = gate.connect();
                RawClient remembered = gate.connectFrom("127.0.2.1")) {
            String ana = Basic.line("ana", "secret");
            assertThat(remembered.get("/", ana).status()).isEqualTo(204);
            List<RawClient> guessers = new ArrayList<>();
            try {
                for (int i = 0; i < GUESSES; i++) {
                    guessers.add(gate.connectFrom("127.0.1." + (1 + i % ADDRESSES)));
                }
                List<Future<Integer>> answers = new ArrayList<>();
                for (int i = 0; i < GUESSES; i++) {
                    RawClient guesser = guessers.get(i);
                    guesser.socket().setSoTimeout(120_000);
                    guesser.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                            + Basic.line("ana", "guess" + i) + "\r\n\r\n");
                    answers.add(threads.submit(() -> guesser.read().status()));
                }
                List<Long> byAddress = new ArrayList<>();
                List<Long> byPassword = new ArrayList<>();
                int longest = 0;
                while (answers.stream().anyMatch(answer -> !answer.isDone())) {
                    byAddress.add(nanosOf(allowed));
                    byPassword.add(nanosOf(remembered, ana));
                    longest = Math.max(longest, gate.gate().passwords().queued());
                }
                report("allowed by its address", byAddress);
                report("remembered by its password", byPassword);
                System.out.println("answers to guesses: " + count(answers) + ", at most " + longest + " in the queue, "
                        + gate.gate().usersFiles().hashes() + " hashed");
                assertThat(count(answers).keySet()).isSubsetOf(401, 503);
                assertThat(longest).isBetween(1, 1000);
                assertThat(gate.gate().passwords().queued()).isZero();
                assertThat(gate.gate().passwords().delayed()).isZero();
            } finally {
                for (RawClient guesser : guessers) {
                    guesser.close();
                }
            }
        }
    }

    private static long nanosOf(RawClient client, String... lines) throws IOException {
        long before = System.nanoTime();
        RawResponse answer = client.get("/", lines);
        assertThat(answer.status()).isEqualTo(204);
        return System.nanoTime() - before;
    }

    private static Map<Integer, Integer> count(List<Future<Integer>> answers)
            throws ExecutionException, InterruptedException {
        Map<Integer, Integer> counts = new TreeMap<>();
        for (Future<Integer> answer : answers) {
            counts.merge(answer.get(), 1, Integer::sum);
        }
        return counts;
    }

    private static void report(String who, List<Long> nanos) {
        Collections.sort(nanos);
        System.out.printf(
                "%s: %d answers, median %.2f ms, 99 %% in %.2f ms, longest %.2f ms%n",
                who,
                nanos.size(),
                nanos.get(nanos.size() / 2) / 1e6,
                nanos.get(nanos.size() * 99 / 100) / 1e6,
                nanos.get(nanos.size() - 1) / 1e6);
    }
}
