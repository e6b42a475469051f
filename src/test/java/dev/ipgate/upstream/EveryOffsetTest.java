package dev.ipgate.upstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.EOFException;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages that end, or are torn in two, after every number of bytes, on both sides. */
class EveryOffsetTest {

    private static final String BODY = "The quick brown fox jumps over the lazy dog.";

    /** Answers with the same body, and three ways to tell its end. */
    enum Answer {
        LENGTH("HTTP/1.1 200 OK\r\nServer: raw\r\nContent-Length: " + BODY.length() + "\r\nX-A: b\r\n\r\n" + BODY),
        CHUNKED("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n14;ext=1\r\n"
                + BODY.substring(0, 20) + "\r\n" + Integer.toHexString(BODY.length() - 20) + "\r\n"
                + BODY.substring(20) + "\r\n0\r\nX-Sum: 42\r\n\r\n"),
        UNTIL_CLOSE("HTTP/1.1 200\r\nContent-Type: text/plain\r\n\r\n" + BODY);

        private final String wire;

        Answer(String wire) {
            this.wire = wire;
        }

        int headBytes() {
            return wire.indexOf("\r\n\r\n") + 4;
        }
    }

    @TempDir
    private Path folder;

    @AutoClose
    private final RawApp app = RawApp.start(Visit::awaitEnd);

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(folder, """
                upstream: {url: "APP", response_timeout: 10s, keepalive: 1m}
                rules: [{allow: all}]
                """.replace("APP", app.url()));
    }

    /** The answer, or null if it was visibly cut. */
    private static @Nullable RawResponse outcome(RawClient client, String path) throws IOException {
        try {
            return client.get(path);
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatEndsAfterAnyNumberOfBytesIsA502OrACut(Answer answer) throws IOException {
        app.plays(visit -> {
            String head = visit.head();
            if (head != null) {
                visit.send(answer.wire.substring(0, Integer.parseInt(Visit.path(head))));
            }
        });
        for (int n = 0; n <= answer.wire.length(); n++) {
            try (RawClient client = gate.connect()) {
                RawResponse got = outcome(client, "/" + n);
                boolean whole = n == answer.wire.length();
                if (n < answer.headBytes()) {
                    assertThat(requireNonNull(got).status())
                            .as("after %d bytes", n)
                            .isEqualTo(502);
                } else if (answer == Answer.UNTIL_CLOSE || whole) {
                    assertThat(requireNonNull(got).status()).isEqualTo(200);
                    assertThat(requireNonNull(got).body())
                            .isEqualTo(whole ? BODY : BODY.substring(0, n - answer.headBytes()));
                } else {
                    assertThat(got).as("after %d bytes", n).isNull();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerThatIsResetAfterAnyNumberOfBytesIsA502OrACut(Answer answer) throws IOException {
        app.plays(visit -> {
            String head = visit.head();
            if (head != null) {
                visit.send(answer.wire.substring(0, Integer.parseInt(Visit.path(head))))
                        .reset();
            }
        });
        for (int n = 0; n <= answer.wire.length(); n++) {
            try (RawClient client = gate.connect()) {
                RawResponse got = outcome(client, "/" + n);
                if (got == null || got.status() == 502) {
                    continue;
                }
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.body()).as("after %d bytes", n).isEqualTo(BODY);
                assertThat(n).isEqualTo(answer.wire.length());
                assertThat(answer).as("the end of which a reset is not").isNotEqualTo(Answer.UNTIL_CLOSE);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void anAnswerTornAnywhereArrivesWhole(Answer answer) throws IOException {
        app.plays(visit -> {
            for (String head = visit.head(); head != null; head = visit.head()) {
                visit.sendSplit(answer.wire, Integer.parseInt(Visit.path(head)));
                if (answer == Answer.UNTIL_CLOSE) {
                    return;
                }
            }
        });
        try (RawClient client = gate.connect()) {
            for (int n = 0; n <= answer.wire.length(); n++) {
                RawResponse got = client.get("/" + n);
                assertThat(got.status()).isEqualTo(200);
                assertThat(got.body()).as("torn at %d", n).isEqualTo(BODY);
            }
        }
        if (answer != Answer.UNTIL_CLOSE) {
            assertThat(app.visits())
                    .as("a torn answer is no reason to reconnect")
                    .isOne();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /a?b=c HTTP/1.1\r\nHost: localhost\r\nX-One: 1\r\nX-Two: 2\r\n\r\n",
                "POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 44\r\nX-One: 1\r\n\r\n" + BODY,
                "POST /a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nX-One: 1\r\n\r\n"
                        + "4;ext=1\r\nThe \r\n28\r\nquick brown fox jumps over the lazy dog.\r\n0\r\nX-Sum: 42\r\n\r\n",
            })
    void aRequestTornAnywhereArrivesWhole(String request) throws IOException {
        app.plays(visit -> {
            for (String head = visit.head(); head != null; head = visit.head()) {
                String seen = head.lines().findFirst().orElse("") + "|" + head.contains("\r\nX-One: 1\r\n") + "|"
                        + unchunked(visit.body(head));
                visit.send("HTTP/1.1 200 OK\r\nContent-Length: " + seen.length() + "\r\n\r\n" + seen);
            }
        });
        String expected = request.lines().findFirst().orElse("") + "|true|"
                + (request.startsWith("GET") ? "" : BODY)
                + (request.contains("chunked") ? "|X-Sum: 42" : "");
        try (RawClient client = gate.connect()) {
            for (int n = 0; n <= request.length(); n++) {
                client.send(request.substring(0, n));
                LockSupport.parkNanos(200_000); // so that the pieces arrive apart
                client.send(request.substring(n));
                assertThat(client.read().body()).as("torn at %d", n).isEqualTo(expected);
            }
        }
        assertThat(app.visits()).isOne();
    }

    /** The data of chunks as the gate writes them, however it cut them, and the trailers. */
    private static String unchunked(String wire) {
        if (!wire.endsWith("\r\n\r\n")) {
            return wire;
        }
        StringBuilder data = new StringBuilder();
        int at = 0;
        while (true) {
            int line = wire.indexOf("\r\n", at);
            int size = Integer.parseInt(wire.substring(at, line), 16);
            at = line + 2;
            if (size == 0) {
                return data + "|" + wire.substring(at).strip();
            }
            data.append(wire, at, at + size);
            at += size + 2;
        }
    }
}
