package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that wait for their password to be hashed, or for the answer to a wrong one: nothing gets by in the meantime. */
@Timeout(90)
class PasswordWaitTest {

    private static final String RIGHT = "\r\nHost: localhost\r\n" + Basic.line("ana", "secret") + "\r\n";
    private static final String WRONG = "\r\nHost: localhost\r\n" + Basic.line("ana", "wrong") + "\r\n";
    private static final String NONE = "\r\nHost: localhost\r\n";
    private static final String WEBSOCKET = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";

    @TempDir
    private Path folder;

    private final CountDownLatch free = new CountDownLatch(1);

    @AutoClose
    private final SocketApp app = SocketApp.start(PasswordWaitTest::answer);

    @BeforeEach
    void writeUsers() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
    }

    private static void answer(String head, InputStream in, OutputStream out) throws IOException {
        String target = head.substring(0, head.indexOf(" HTTP/"));
        if (head.contains("Upgrade: websocket")) {
            write(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            for (int c = in.read(); c >= 0; c = in.read()) {
                out.write(c);
            }
        } else {
            write(out, "HTTP/1.1 200 OK\r\nContent-Length: " + target.length() + "\r\n\r\n" + target);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    private String conf(String more) {
        return "upstream: \"" + app.url() + "\"\nauth: {users_file: htpasswd" + more + "}\n";
    }

    private TestGate gate() throws IOException {
        return TestGate.start(folder, conf(""));
    }

    /** Keeps every thread that hashes busy until it is freed. */
    private void occupy(TestGate gate) throws InterruptedException {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() - 1);
        CountDownLatch busy = new CountDownLatch(threads);
        for (int i = 0; i < threads; i++) {
            gate.gate().passwords().enqueue(() -> {
                busy.countDown();
                try {
                    free.await();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt(); // the gate stops
                }
            });
        }
        busy.await();
    }

    private RawClient queued(TestGate gate, String sent) throws IOException {
        RawClient client = gate.connect().send(sent);
        Eventually.holds("it waits", () -> gate.gate().passwords().queued() == 1);
        return client;
    }

    @Test
    void nobodyIsToldToSendABodyBeforeThePasswordIsKnown() throws Exception {
        try (SocketApp raw = SocketApp.start((head, in, out) -> write(out, "HTTP/1.1 100 Continue\r\n\r\n"));
                TestGate gate = TestGate.start(folder, conf("").replace(app.url(), raw.url()))) {
            occupy(gate);
            String head = "PUT /a HTTP/1.1" + RIGHT + "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n";
            try (RawClient client = queued(gate, head)) {
                assertThat(client.in().available()).isZero();
                assertThat(raw.accepted()).isZero();

                free.countDown();
                assertThat(client.readHead().status()).isEqualTo(100);
            }
        }
    }

    /** Guesses of one client beyond those that are looked at leave the queue unhashed, so it does not stay full. */
    @Test
    void aFullQueueIsToldSoAndEmptiesAsSoonAsTheClientIsHeld() throws Exception {
        List<RawClient> guessers = new ArrayList<>();
        try (TestGate gate = gate()) {
            occupy(gate);
            for (int i = 0; i < 1000; i++) {
                String guess = Basic.line("ana", "guess" + i);
                guessers.add(gate.connectFrom("127.0.0.3").send("GET / HTTP/1.1" + NONE + guess + "\r\n\r\n"));
            }
            Eventually.holds("all wait", () -> gate.gate().passwords().queued() == 1000);
            RawResponse answer = gate.getFrom("127.0.0.4", "/", Basic.line("ana", "secret"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.header("Retry-After")).isEqualTo("1");
            assertThat(answer.header("WWW-Authenticate")).isNull();

            free.countDown();
            for (RawClient guesser : guessers) {
                assertThat(guesser.read().status()).isIn(401, 429);
            }
            assertThat(gate.gate().usersFiles().hashes())
                    .isBetween(10L, 10L + Runtime.getRuntime().availableProcessors());
            assertThat(gate.getFrom("127.0.0.4", "/", Basic.line("ana", "secret"))
                            .status())
                    .isEqualTo(200);
        } finally {
            for (RawClient guesser : guessers) {
                guesser.close();
            }
        }
    }

    @Test
    void aRequestThatCameEarlyWaitsForItsTurnAndIsJudgedByItsOwnPassword() throws Exception {
        try (TestGate gate = gate()) {
            occupy(gate);
            String three = "GET /1 HTTP/1.1" + RIGHT + "\r\nGET /2 HTTP/1.1" + NONE + "\r\nGET /3 HTTP/1.1" + RIGHT;
            try (RawClient client = queued(gate, three + "\r\n")) {
                assertThat(app.accepted()).isZero();

                free.countDown();
                assertThat(client.read().body()).isEqualTo("GET /1");
                assertThat(client.read().status()).isEqualTo(401);
                assertThat(client.read().body()).isEqualTo("GET /3");
            }
        }
        assertThat(app.requests()).isEqualTo(2);
    }

    /** The second has a password that is remembered, so nothing but the first is in its way. */
    @Test
    void aRequestBehindADelayedAnswerDoesNotOvertakeIt() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf(", attempts: {failures: 1, delay: 500ms}"));
                RawClient client = gate.connect()) {
            assertThat(client.send("GET /0 HTTP/1.1" + RIGHT + "\r\n").read().status())
                    .isEqualTo(200);
            client.send("GET / HTTP/1.1" + NONE + Basic.line("ana", "first") + "\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(401);

            client.send("GET /1 HTTP/1.1" + WRONG + "\r\nGET /2 HTTP/1.1" + RIGHT + "\r\n");
            Eventually.holds("the first waits", () -> gate.gate().passwords().delayed() == 1);
            assertThat(app.requests()).isEqualTo(1);
            assertThat(client.read().status()).isEqualTo(401);
            assertThat(client.read().body()).isEqualTo("GET /2");
        }
        assertThat(app.requests()).isEqualTo(2);
    }

    @Test
    void aWebSocketOpensOnceThePasswordIsKnownWithWhatCameEarly() throws Exception {
        try (TestGate gate = gate()) {
            occupy(gate);
            try (RawClient client = queued(gate, "GET /ws HTTP/1.1" + RIGHT + WEBSOCKET + "\r\nearly")) {
                assertThat(app.accepted()).isZero();

                free.countDown();
                assertThat(client.readHead().status()).isEqualTo(101);
                assertThat(client.in().readNBytes(5)).asString().isEqualTo("early");
            }
        }
    }

    @Test
    void noWebSocketOpensWithoutAPassword() throws IOException {
        try (TestGate gate = gate()) {
            for (String lines : List.of(WRONG, NONE)) {
                try (RawClient client = gate.connect()) {
                    client.send("GET /ws HTTP/1.1" + lines + WEBSOCKET + "\r\nnothing");

                    assertThat(client.read().status()).isEqualTo(401);
                }
            }
        }
        assertThat(app.accepted()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND", "BREW"})
    void noMethodPassesWithoutAPassword(String method) throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            assertThat(client.request(method, "/").status()).isEqualTo(401);
            assertThat(client.request(method, "/", Basic.line("ana", "wrong")).status())
                    .isEqualTo(401);
            assertThat(app.accepted()).isZero();
            assertThat(client.request(method, "/", Basic.line("ana", "secret")).status())
                    .isEqualTo(200);
        }
    }

    /** It finishes as it began, though the upstream that it is for has been let go meanwhile. */
    @Test
    void aReloadThatReplacesTheAppDoesNotDisturbWhoWaits() throws Exception {
        try (SocketApp other = SocketApp.saying("other");
                TestGate gate = gate()) {
            occupy(gate);
            try (RawClient client = queued(gate, "GET /1 HTTP/1.1" + RIGHT + "\r\n")) {
                gate.reload(conf("").replace(app.url(), other.url()));

                free.countDown();
                assertThat(client.read().body()).isEqualTo("GET /1");
                assertThat(client.send("GET /2 HTTP/1.1" + RIGHT + "\r\n")
                                .read()
                                .body())
                        .isEqualTo("other");
            }
            Eventually.holds("nothing is kept open to the old app", () -> app.open() == 0);
        }
    }

    /** What it began with is asked for its rules, and the users file of the day for its password. */
    @Test
    void whoIsRemovedWhileWaitingDoesNotGetIn() throws Exception {
        try (TestGate gate = gate()) {
            occupy(gate);
            try (RawClient client = queued(gate, "GET /1 HTTP/1.1" + RIGHT + "\r\n")) {
                Files.writeString(folder.resolve("htpasswd"), "bea:{PLAIN}secret\n");
                gate.reload(conf(""));

                free.countDown();
                assertThat(client.read().status()).isEqualTo(401);
            }
        }
        assertThat(app.accepted()).isZero();
    }
}
