package dev.ipgate.http2;

import static dev.ipgate.testing.Http2Client.END_STREAM;
import static dev.ipgate.testing.Http2Client.RST_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Http2Client;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Streams never mix, whatever is taken back, cut, broken or slow beside them: every answer is the one to its request. */
@Timeout(120)
class Http2IsolationTest {

    private static final int CLIENTS = 4;
    private static final int ROUNDS = 60;
    private static final int STREAMS = 12; // at a time

    @TempDir
    private Path folder;

    /** Answers with the path and the body, in a way that the path tells. */
    private static void serve(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            String path = Visit.path(head);
            String body = visit.body(head);
            String text = (path + " " + body.length() + " ").repeat(path.contains("large") ? 3000 : 1);
            if (path.contains("slow")) {
                visit.pause(2000);
            }
            if (path.contains("chunked")) {
                visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + Integer.toHexString(text.length())
                        + "\r\n" + text + "\r\n0\r\n\r\n");
            } else {
                int less = path.contains("broken") ? 1 : 0;
                visit.send("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text.substring(less));
                if (less > 0) {
                    return;
                }
            }
        }
    }

    @Test
    void everyAnswerIsTheOneToItsRequest() throws Exception {
        long seed = Long.getLong("ipgate.seed", System.nanoTime());
        try (RawApp app = RawApp.start(Http2IsolationTest::serve);
                TestGate gate = TestGate.start(folder, """
                        listen: {address: "127.0.0.1:0", http2: true}
                        upstream: "APP"
                        rules: [{allow: all}]
                        """.replace("APP", app.url()))) {
            ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
            List<Future<Integer>> outcomes = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                Callable<Integer> client = () -> play(gate, number, new Random(seed + number));
                outcomes.add(threads.submit(client));
            }
            threads.shutdown();
            for (Future<Integer> outcome : outcomes) {
                assertThat(outcome.get(100, TimeUnit.SECONDS))
                        .as("seed %d", seed)
                        .isPositive();
            }
        }
    }

    private record Asked(int stream, String path, int bytes, boolean taken) {}

    /** Asks again and again, several at a time; returns how many answers were whole. */
    private static int play(TestGate gate, int number, Random random) throws IOException {
        String[] kinds = {"plain", "slow", "chunked", "large", "large-chunked", "broken"};
        int whole = 0;
        try (Http2Client client = Http2Client.connect(gate.address())) {
            int stream = 1;
            for (int round = 0; round < ROUNDS; round++) {
                List<Asked> asked = new ArrayList<>();
                client.hold();
                for (int i = 0; i < STREAMS; i++, stream += 2) {
                    asked.add(ask(client, stream, number + "-" + stream + kinds[random.nextInt(kinds.length)], random));
                    if (random.nextInt(4) == 0) {
                        client.flush().hold();
                    }
                }
                client.flush();
                for (Asked one : asked) {
                    whole += check(client, one);
                }
            }
        }
        return whole;
    }

    private static Asked ask(Http2Client client, int stream, String path, Random random) throws IOException {
        int bytes = random.nextInt(3) == 0 ? random.nextInt(40_000) : 0;
        client.request(
                stream,
                bytes == 0 ? END_STREAM : 0,
                bytes == 0 ? "GET" : "PUT",
                "/" + path,
                "content-length",
                String.valueOf(bytes));
        for (int sent = 0; sent < bytes; ) {
            int size = Math.min(bytes - sent, 1 + random.nextInt(16_000));
            sent += size;
            client.upload(stream, sent == bytes ? END_STREAM : 0, "x".repeat(size));
        }
        boolean taken = random.nextInt(20) == 0;
        if (taken) {
            client.number(RST_STREAM, stream, ErrorCode.CANCEL);
        }
        return new Asked(stream, path, bytes, taken);
    }

    private static int check(Http2Client client, Asked one) throws IOException {
        if (one.taken()) {
            return 0;
        }
        Http2Client.Answer answer = client.answer(one.stream());
        String expected = one.path() + " " + one.bytes() + " ";
        String body = answer.body();
        if (one.path().contains("broken")) {
            assertThat(answer.resetCode()).as(one.path()).isEqualTo(ErrorCode.INTERNAL_ERROR);
            assertThat(expected.substring(1)).startsWith(body);
            return 0;
        }
        assertThat(answer.status()).as(one.path()).isEqualTo(200);
        assertThat(body).isEqualTo(expected.repeat(one.path().contains("large") ? 3000 : 1));
        return 1;
    }
}
