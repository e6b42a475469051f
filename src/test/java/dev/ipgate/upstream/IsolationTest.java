package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Many clients, each asking for answers stamped with its own token, through an app that misbehaves at random: nobody ever
 * sees a byte of somebody else's. {@code -Dipgate.isolation.exchanges=1000000} for the long run by hand.
 */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class IsolationTest {

    private static final int CLIENTS = 64;
    private static final int EXCHANGES = Integer.getInteger("ipgate.isolation.exchanges", 20_000);

    /** What the app does to an answer. The first ones are as they should be. */
    private enum Mood {
        LENGTH,
        CHUNKED,
        HINTED,
        SLOW,
        CLOSING,
        UNTIL_CLOSE,
        HTTP_1_0,
        CLOSED_AFTER,
        CUT,
        RESET,
        EXTRA,
        EXTRA_CHUNKED,
        BODY_WITH_204,
        TWO_LENGTHS,
        GARBAGE,
        NOTHING
    }

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private final long seed = Long.getLong("ipgate.isolation.seed", System.nanoTime());
    private final AtomicInteger visits = new AtomicInteger();
    private final AtomicIntegerArray statuses = new AtomicIntegerArray(1000);

    @Test
    void nobodySeesAByteOfSomebodyElses() throws Exception {
        System.out.println("IsolationTest seed " + seed);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        try (RawApp app = RawApp.start(this::misbehave);
                TestGate gate = TestGate.start(transport, folder, """
                        upstream: {url: "APP", response_timeout: 10s, keepalive: 1m, max_connections: 40}
                        rules: [{allow: all}]
                        access_log: off
                        """.replace("APP", app.url()))) {
            List<Future<Void>> clients = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                int number = i;
                clients.add(threads.submit(() -> {
                    new Client(gate, number).run();
                    return null;
                }));
            }
            for (Future<Void> client : clients) {
                try {
                    client.get();
                } catch (ExecutionException e) {
                    throw new AssertionError("seed " + seed, e.getCause());
                }
            }
        } finally {
            threads.shutdownNow();
        }
        StringBuilder seen = new StringBuilder("IsolationTest: cut " + statuses.get(0));
        for (int status = 100; status < 1000; status++) {
            if (statuses.get(status) > 0) {
                seen.append(", ").append(status).append(' ').append(statuses.get(status));
            }
        }
        System.out.println(seen);
        assertThat(statuses.get(200)).as("answered, seed %d", seed).isGreaterThan(EXCHANGES / 3);
        assertThat(statuses.get(504)).as("a hang, seed %d", seed).isZero();
    }

    private static String head(String token, String lines) {
        return "HTTP/1.1 200 OK\r\nX-Token: " + token + "\r\n" + lines + "\r\n";
    }

    private static String chunks(String body, Random random) {
        StringBuilder chunks = new StringBuilder();
        for (int at = 0; at < body.length(); ) {
            int size = 1 + random.nextInt(body.length() - at);
            chunks.append(Integer.toHexString(size))
                    .append("\r\n")
                    .append(body, at, at + size)
                    .append("\r\n");
            at += size;
        }
        return chunks.append("0\r\n")
                .append(random.nextBoolean() ? "X-Sum: 1\r\n" : "")
                .append("\r\n")
                .toString();
    }

    private void misbehave(Visit visit) throws IOException {
        Random random = new Random(seed + visits.incrementAndGet());
        for (String request = visit.head(); request != null; request = visit.head()) {
            String token = Visit.path(request);
            Mood mood = random.nextInt(3) > 0
                    ? Mood.values()[random.nextInt(4)]
                    : Mood.values()[random.nextInt(Mood.values().length)];
            int size = random.nextInt(50) == 0 ? random.nextInt(200_000) : random.nextInt(4000);
            String body = (token + ' ').repeat(size / token.length() + 1);
            String length = "Content-Length: " + body.length() + "\r\n";
            String whole = head(token, length) + body;
            String chunked = head(token, "Transfer-Encoding: chunked\r\n") + chunks(body, random);
            String small = token + ' ';
            String extra = head(token, "Content-Length: " + small.length() + "\r\n") + small;
            switch (mood) {
                case LENGTH -> visit.send(whole);
                case CHUNKED -> visit.send(chunked);
                case HINTED -> visit.send("HTTP/1.1 103 Early Hints\r\nX-Token: " + token + "\r\n\r\n" + whole);
                case SLOW -> visit.sendSplit(whole, random.nextInt(whole.length()));
                case EXTRA -> visit.send(extra + extra); // in one write, so that they arrive together
                case EXTRA_CHUNKED ->
                    visit.send(head(token, "Transfer-Encoding: chunked\r\n") + chunks(small, random) + extra);
                case BODY_WITH_204 -> visit.send("HTTP/1.1 204 No Content\r\nX-Token: " + token + "\r\n\r\n" + extra);
                default -> {
                    switch (mood) {
                        case CLOSING -> visit.send(head(token, length + "Connection: close\r\n") + body);
                        case UNTIL_CLOSE -> visit.send(head(token, "") + body);
                        case HTTP_1_0 -> visit.send(whole.replaceFirst("HTTP/1.1", "HTTP/1.0"));
                        case CLOSED_AFTER -> visit.send(whole);
                        case CUT -> visit.send(whole.substring(0, random.nextInt(whole.length())));
                        case RESET -> {
                            visit.send(chunked.substring(0, random.nextInt(chunked.length())));
                            visit.reset();
                        }
                        case TWO_LENGTHS -> visit.send(head(token, length + "Content-Length: 1\r\n") + body);
                        case GARBAGE -> visit.send(body);
                        default -> {
                            // hangs up without a word
                        }
                    }
                    return;
                }
            }
        }
    }

    private final class Client {

        private final TestGate gate;
        private final int number;

        Client(TestGate gate, int number) {
            this.gate = gate;
            this.number = number;
        }

        void run() throws IOException {
            RawClient connection = gate.connect();
            try {
                for (int i = 0; i < EXCHANGES / CLIENTS; i++) {
                    if (!exchange(connection, "t" + number + "." + i)) {
                        connection.close();
                        connection = gate.connect();
                    }
                }
            } finally {
                connection.close();
            }
        }

        /** Whether the connection is good for another. */
        private boolean exchange(RawClient connection, String token) throws IOException {
            try {
                connection.send("GET /" + token + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
                RawResponse head = connection.readHead();
                while (head.status() == 103) {
                    assertThat(head.header("X-Token")).isEqualTo(token);
                    head = connection.readHead();
                }
                boolean itsOwn = head.status() == 200 || head.status() == 204;
                assertThat(head.header("X-Token")).isEqualTo(itsOwn ? token : null);
                if (!itsOwn) {
                    assertThat(head.status()).isIn(502, 503, 504);
                }
                if (head.status() != 204) {
                    body(connection, head, itsOwn ? token + ' ' : null);
                }
                statuses.incrementAndGet(head.status());
                return !"close".equals(head.header("Connection"));
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (EOFException | SocketException e) {
                statuses.incrementAndGet(0);
                return false;
            }
        }

        /** Reads a body and looks at what comes of it, even if it is cut then; a stamp of null is for the gate's pages. */
        private void body(RawClient connection, RawResponse head, @Nullable String stamp) throws IOException {
            String length = head.header("Content-Length");
            ByteArrayOutputStream seen = new ByteArrayOutputStream();
            try {
                long size = length == null ? chunk(connection) : Long.parseLong(length);
                while (size > 0) {
                    byte[] bytes = connection.in().readNBytes((int) size);
                    seen.write(bytes);
                    if (bytes.length < size) {
                        throw new EOFException();
                    }
                    size = length == null ? nextChunk(connection) : 0;
                }
                if (length == null) {
                    connection.trailers();
                }
            } finally {
                judge(seen.toByteArray(), stamp);
            }
        }

        private static long nextChunk(RawClient connection) throws IOException {
            if (connection.in().readNBytes(2).length < 2) {
                throw new EOFException();
            }
            return chunk(connection);
        }

        private static long chunk(RawClient connection) throws IOException {
            long size = 0;
            for (int c = connection.in().read(); c != '\r'; c = connection.in().read()) {
                if (c < 0) {
                    throw new EOFException();
                }
                size = size * 16 + Character.digit(c, 16);
            }
            if (connection.in().read() != '\n') {
                throw new EOFException();
            }
            return size;
        }

        private static void judge(byte[] body, @Nullable String stamp) {
            if (stamp == null) {
                assertThat(new String(body, ISO_8859_1)).doesNotContain("X-Token");
                return;
            }
            byte[] expected = stamp.getBytes(ISO_8859_1);
            for (int i = 0; i < body.length; i++) {
                if (body[i] != expected[i % expected.length]) {
                    throw new AssertionError("\"" + stamp + "\" got " + new String(body, ISO_8859_1));
                }
            }
        }
    }
}
