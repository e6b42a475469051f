package dev.ipgate.http2;

import static dev.ipgate.testing.Http2Client.CONTINUATION;
import static dev.ipgate.testing.Http2Client.DATA;
import static dev.ipgate.testing.Http2Client.END_HEADERS;
import static dev.ipgate.testing.Http2Client.END_STREAM;
import static dev.ipgate.testing.Http2Client.GOAWAY;
import static dev.ipgate.testing.Http2Client.HEADERS;
import static dev.ipgate.testing.Http2Client.PING;
import static dev.ipgate.testing.Http2Client.RST_STREAM;
import static dev.ipgate.testing.Http2Client.SETTINGS;
import static dev.ipgate.testing.Http2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Http2Client;
import dev.ipgate.testing.Http2Client.Frame;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client may take of time and room over HTTP/2, what is cut as a flood, and how a connection ends. */
@Timeout(60)
class Http2LimitsTest {

    private static final int PRIORITY = 2;
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    private Path folder;

    private RawApp app;
    private TestGate gate;
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    @BeforeEach
    void start() throws IOException {
        app = RawApp.start(this::serve);
        gate = gate("");
    }

    private TestGate gate(String limits) throws IOException {
        return TestGate.start(folder, """
                listen: {address: "127.0.0.1:0", http2: true}
                upstream: "APP"
                rules: [{allow: all}]
                limits: {LIMITS}
                """.replace("APP", app.url()).replace("LIMITS", limits));
    }

    @AfterEach
    void stop() throws IOException {
        mayAnswer.countDown();
        gate.close();
        app.close();
    }

    private void serve(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            if (head.startsWith("GET /slow")) {
                await();
            }
            visit.send(OK);
        }
    }

    private void await() {
        try {
            mayAnswer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Http2Client connect() throws IOException {
        return Http2Client.connect(gate.address());
    }

    private void stillServes() throws IOException {
        try (Http2Client client = connect()) {
            client.get(1, "/");
            assertThat(client.answer(1).body()).isEqualTo("ok");
        }
    }

    // ---- floods -----------------------------------------------------------------------------------------------------

    enum Flood {
        PINGS,
        SETTINGS_AGAIN,
        EMPTY_DATA,
        PRIORITIES,
        UNKNOWN,
        TINY_WINDOWS,
        CONTINUATIONS,
        EMPTY_CONTINUATIONS,
        /** CVE-2023-44487. */
        RESETS,
        /** CVE-2025-8671: the client breaks the protocol for us to do it. */
        RESETS_BY_AN_EMPTY_WINDOW,
        RESETS_BY_TOO_LARGE_A_WINDOW,
        RESETS_BY_DATA_BEHIND_THE_END,
        RESETS_BY_A_HEAD_BEHIND_THE_END,
        RESETS_BY_HALF_A_PRIORITY,
        RESETS_BY_TOO_MUCH_BODY,
        REFUSED_STREAMS
    }

    private static void flood(Flood flood, Http2Client client, int i) throws IOException {
        int stream = 2 * i + 3;
        switch (flood) {
            case PINGS -> client.frame(PING, 0, 0, new byte[8]);
            case SETTINGS_AGAIN -> client.frame(SETTINGS, 0, 0);
            case EMPTY_DATA -> client.frame(DATA, 0, 1);
            case PRIORITIES -> client.frame(PRIORITY, 0, 1, new byte[5]);
            case UNKNOWN -> client.frame(99, 0, 0);
            case TINY_WINDOWS -> client.number(WINDOW_UPDATE, 0, 1);
            case CONTINUATIONS -> client.frame(CONTINUATION, 0, 1, Http2Client.block("x", "x".repeat(1000)));
            case EMPTY_CONTINUATIONS -> client.frame(CONTINUATION, 0, 1);
            case RESETS -> client.get(stream, "/slow").number(RST_STREAM, stream, ErrorCode.CANCEL);
            case RESETS_BY_AN_EMPTY_WINDOW -> client.get(stream, "/slow").number(WINDOW_UPDATE, stream, 0);
            case RESETS_BY_TOO_LARGE_A_WINDOW ->
                client.get(stream, "/slow").number(WINDOW_UPDATE, stream, Integer.MAX_VALUE);
            case RESETS_BY_DATA_BEHIND_THE_END -> client.get(stream, "/slow").data(stream, 0, "x");
            case RESETS_BY_A_HEAD_BEHIND_THE_END -> client.get(stream, "/slow").get(stream, "/slow");
            case RESETS_BY_HALF_A_PRIORITY -> client.get(stream, "/slow").frame(PRIORITY, 0, stream, new byte[4]);
            case RESETS_BY_TOO_MUCH_BODY ->
                client.request(stream, 0, "PUT", "/slow", "content-length", "1").data(stream, 0, "xx");
            case REFUSED_STREAMS -> client.get(stream, "/slow");
            default -> throw new AssertionError(flood);
        }
    }

    @ParameterizedTest
    @EnumSource
    void aFloodIsCut(Flood flood) throws IOException {
        try (Http2Client client = connect()) {
            boolean within = flood == Flood.CONTINUATIONS || flood == Flood.EMPTY_CONTINUATIONS;
            client.frame(HEADERS, within ? 0 : END_HEADERS, 1, Http2Client.head("POST", "/slow"));
            try {
                for (int i = 0; i < 20_000; i++) {
                    flood(flood, client, i);
                }
            } catch (SocketException e) {
                // cut already
            }
            assertThat(client.awaitEnd()).isIn(ErrorCode.ENHANCE_YOUR_CALM, -1); // the end may have come as a reset
        }
        stillServes();
    }

    /** A busy client that takes back every third request, asks how fast we are and opens its windows is no flood. */
    @Test
    void aBusyClientIsNoFlood() throws IOException {
        try (Http2Client client = connect()) {
            int stream = 1;
            for (int i = 0; i < 3000; i++) {
                client.hold().get(stream, "/").number(WINDOW_UPDATE, 0, 10).frame(PING, 0, 0, new byte[8]);
                if (i % 3 == 2) {
                    client.number(RST_STREAM, stream, ErrorCode.CANCEL).flush();
                } else {
                    client.flush();
                    assertThat(client.answer(stream).body()).isEqualTo("ok");
                }
                stream += 2;
            }
            client.get(stream, "/");
            assertThat(client.answer(stream).body()).isEqualTo("ok");
        }
    }

    @Test
    void thereAre128StreamsAndTheNextIsRefused() throws IOException {
        try (Http2Client client = connect()) {
            for (int i = 0; i < 129; i++) {
                client.get(2 * i + 1, "/slow");
            }
            assertThat(client.awaitReset(257)).isEqualTo(ErrorCode.REFUSED_STREAM);
            mayAnswer.countDown();
            for (int i = 0; i < 128; i++) {
                assertThat(client.answer(2 * i + 1).body()).isEqualTo("ok");
            }
            client.get(259, "/");
            assertThat(client.answer(259).body()).isEqualTo("ok");
        }
    }

    @Test
    void whoSendsMoreThanAWindowHoldsIsReset() throws IOException {
        app.plays(visit -> await());
        try (Http2Client client = connect()) {
            client.request(1, 0, "POST", "/slow");
            while (client.windowOf(1) == 0) { // somebody reads, and the windows are wide
                client.read();
            }
            for (int i = 0; i < 4000; i++) { // 64 MB, which no socket's buffers hold
                client.data(1, 0, "x".repeat(16_000));
            }
            assertThat(client.awaitReset(1)).isEqualTo(ErrorCode.FLOW_CONTROL_ERROR);
            app.plays(this::serve);
            client.get(3, "/");
            assertThat(client.answer(3).body()).isEqualTo("ok");
        }
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    private void restart(String limits) throws IOException {
        gate.close();
        gate = gate(limits);
    }

    @Test
    void anIdleConnectionIsClosedWithAWord() throws IOException {
        restart("idle_timeout: 1s");
        try (Http2Client client = connect()) {
            client.get(1, "/");
            client.answer(1);
            assertThat(client.awaitEnd()).isEqualTo(ErrorCode.NO_ERROR);
        }
    }

    @Test
    void aConnectionThatOwesAnAnswerIsNotIdle() throws IOException {
        restart("idle_timeout: 1s");
        try (Http2Client client = connect()) {
            client.get(1, "/slow");
            client.socket().setSoTimeout(2500);
            assertThat(org.assertj.core.api.Assertions.catchThrowable(client::awaitEnd))
                    .isInstanceOf(java.net.SocketTimeoutException.class);
            mayAnswer.countDown();
            assertThat(client.answer(1).body()).isEqualTo("ok");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 20, 28, 40, 52, 70})
    void whateverIsBegunHasToBeComplete(int bytes) throws IOException {
        restart("request_head_timeout: 1s, idle_timeout: 20s");
        byte[] all = Arrays.copyOf(
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 24);
        byte[] settings = Http2Client.bytesOf(SETTINGS, 0, 0);
        byte[] head = Http2Client.bytesOf(HEADERS, END_STREAM, 1, Http2Client.head("GET", "/")); // never ends
        byte[] said = new byte[all.length + settings.length + head.length];
        System.arraycopy(all, 0, said, 0, all.length);
        System.arraycopy(settings, 0, said, all.length, settings.length);
        System.arraycopy(head, 0, said, all.length + settings.length, head.length);
        long before = System.nanoTime();
        try (Http2Client client = Http2Client.connectSilently(gate.address())) {
            client.send(Arrays.copyOf(said, bytes)).awaitEnd();
        }
        assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(15));
    }

    @Test
    void anAnswerThatIsNotTakenIsCut() throws IOException {
        restart("idle_timeout: 1s");
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").send(new byte[100_000]);
            visit.awaitEnd();
        });
        try (Http2Client client = connect().widensNothing()) {
            client.get(1, "/");
            assertThat(client.awaitReset(1)).isIn(ErrorCode.INTERNAL_ERROR, ErrorCode.CANCEL);
        }
    }

    /** A client that opens its streams' windows and not the connection's. */
    @Test
    void answersThatTheConnectionHasNoWindowForAreCut() throws IOException {
        restart("idle_timeout: 1s");
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").send(new byte[100_000]);
            visit.awaitEnd();
        });
        try (Http2Client client = connect().widensNothing()) {
            client.setting(4, 1_000_000);
            for (int stream = 1; stream < 20; stream += 2) {
                client.get(stream, "/");
            }
            for (int stream = 1; stream < 20; stream += 2) {
                assertThat(client.awaitReset(stream)).isIn(ErrorCode.INTERNAL_ERROR, ErrorCode.CANCEL);
            }
        }
        Eventually.holds("the app is told", () -> app.open() == 0);
    }

    /** A client whose windows are wide open, and that reads nothing from its socket. */
    @Test
    void whoReadsNothingIsClosed() throws IOException {
        restart("idle_timeout: 1s");
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n");
            for (int i = 0; i < 1000; i++) {
                visit.send(new byte[100_000]);
            }
            visit.awaitEnd();
        });
        try (Http2Client client = connect()) {
            client.setting(4, Integer.MAX_VALUE).number(WINDOW_UPDATE, 0, Integer.MAX_VALUE - 65_535);
            client.get(1, "/").get(3, "/");
            Eventually.holds("the app has both", () -> app.open() == 2);
            Eventually.holds("the app is told", () -> app.open() == 0);
            client.socket().setSoTimeout(20_000);
            client.widensNothing().awaitEnd();
        }
    }

    /** A frame for each byte of an answer costs us as much as a flood of them. */
    @Test
    void whoTakesAnAnswerInCrumbsIsCut() throws IOException {
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n").send(new byte[100_000]);
            visit.awaitEnd();
        });
        try (Http2Client client = connect().widensNothing()) {
            client.setting(4, 1);
            client.get(1, "/");
            try {
                for (int i = 0; i < 20_000; i++) {
                    client.number(WINDOW_UPDATE, 1, 1);
                }
            } catch (SocketException e) {
                // cut already
            }
            assertThat(client.awaitEnd()).isIn(ErrorCode.ENHANCE_YOUR_CALM, -1);
        }
    }

    // ---- the end ----------------------------------------------------------------------------------------------------

    @Test
    void aGateThatStopsFinishesWhatIsInFlightAndWhatWasOnItsWay() throws Exception {
        try (Http2Client client = connect()) {
            client.get(1, "/slow").ping();
            Thread closing = new Thread(() -> gate.gate().close(Duration.ofSeconds(30)));
            closing.start();
            Frame first;
            do {
                first = client.read();
            } while (first.type() != GOAWAY);
            assertThat(first.number()).isEqualTo(Integer.MAX_VALUE);
            client.get(3, "/"); // was on its way
            Frame ping;
            do {
                ping = client.read();
            } while (ping.type() != PING);
            client.frame(PING, Http2Client.ACK, 0, ping.payload());
            Frame last;
            do {
                last = client.read();
            } while (last.type() != GOAWAY);
            assertThat(last.number()).isEqualTo(3);
            client.get(5, "/"); // is too late
            mayAnswer.countDown();
            assertThat(client.answer(1).body()).isEqualTo("ok");
            assertThat(client.answer(3).body()).isEqualTo("ok");
            assertThat(client.awaitEnd()).isEqualTo(ErrorCode.NO_ERROR);
            assertThat(client.soFar(5).status()).isZero();
            closing.join(10_000);
            assertThat(closing.isAlive()).isFalse();
        }
    }

    @Test
    void theNextRequestIsJudgedByTheNewRules() throws IOException {
        try (Http2Client client = connect()) {
            client.get(1, "/");
            assertThat(client.answer(1).status()).isEqualTo(200);
            gate.reload("""
                    listen: {address: "127.0.0.1:0", http2: true}
                    upstream: "APP"
                    rules: [{deny: all}]
                    """.replace("APP", app.url()));
            client.get(3, "/");
            assertThat(client.answer(3).status()).isEqualTo(403);
        }
    }

    @Test
    void aClientThatLeavesTakesAllItsRequestsBack() throws IOException {
        CountDownLatch both = new CountDownLatch(2);
        app.plays(visit -> {
            visit.head();
            both.countDown();
            visit.awaitEnd();
        });
        try (Http2Client client = connect()) {
            client.get(1, "/").request(3, 0, "PUT", "/");
            Eventually.holds("the app has both", () -> both.getCount() == 0);
        }
        Eventually.holds("the app is told", () -> app.open() == 0);
    }
}
