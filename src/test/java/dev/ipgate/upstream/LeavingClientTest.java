package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whichever version a client speaks: the app is told when it leaves, and it is told when the app has enough. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
@Timeout(60)
class LeavingClientTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private RawApp app;
    private TestGate gate;
    private final CompletableFuture<String> asked = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @BeforeEach
    void start() throws IOException {
        app = RawApp.start(Visit::awaitEnd);
        gate = TestGate.start(transport, folder, """
                upstream: {url: "APP", response_timeout: 15s, keepalive: 200ms}
                rules: [{allow: all}]
                """.replace("APP", app.url()));
    }

    @AfterEach
    void stop() throws IOException {
        gate.close();
        app.close();
    }

    private static <T> T await(CompletableFuture<T> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private static void leave(RawClient client, String how) throws IOException {
        switch (how) {
            case "reset" -> {
                client.socket().setSoLinger(true, 0);
                client.close();
            }
            case "half" -> client.socket().shutdownOutput();
            default -> client.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset", "half"})
    void aClientThatLeavesWhileItWaitsIsPassedOn(String how) throws Exception {
        app.plays(visit -> {
            asked.complete(String.valueOf(visit.head()));
            ended.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            await(asked);
            leave(client, how);
            assertThat(await(ended)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "close, Content-Length: 1000000000",
        "reset, Content-Length: 1000000000",
        "half, Content-Length: 1000000000",
        "close, Transfer-Encoding: chunked",
        "close, Connection: close"
    })
    void aClientThatLeavesInTheMiddleOfAnAnswerIsPassedOn(String how, String framing) throws Exception {
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
            String chunk = framing.contains("chunked") ? "1000\r\n" + "x".repeat(4096) + "\r\n" : "x".repeat(4096);
            try {
                while (true) {
                    visit.send(chunk);
                }
            } catch (IOException e) {
                ended.complete("");
            }
        });
        try (RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.readHead();
            client.in().readNBytes(100_000);
            leave(client, how);
            await(ended);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "close, Content-Length: 100000",
        "reset, Content-Length: 100000",
        "half, Content-Length: 100000",
        "close, Transfer-Encoding: chunked",
        "reset, Transfer-Encoding: chunked",
        "half, Transfer-Encoding: chunked"
    })
    void aClientThatLeavesInTheMiddleOfItsBodyIsPassedOn(String how, String framing) throws Exception {
        app.plays(visit -> {
            asked.complete(String.valueOf(visit.head()));
            ended.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n");
            client.send("5\r\nhello\r\n");
            await(asked);
            leave(client, how);
            assertThat(await(ended)).hasSizeLessThan(100).doesNotContain("0\r\n\r\n");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anAnswerDuringTheUploadReachesTheClient(boolean appCloses) throws Exception {
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nhello");
            if (!appCloses) {
                visit.awaitEnd();
            }
            ended.complete("");
        });
        try (RawClient client = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n" + "x".repeat(1000));
            RawResponse answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(client.isClosedByServer()).isTrue();
            await(ended);
        }
    }

    @Test
    void answerTrailersReachTheClientButForThoseThatLie() throws IOException {
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\n"
                    + "X-Sum: 42\r\nX-Two: a\r\nX-Two: b\r\nSet-Cookie: c=d\r\nContent-Length: 7\r\n\r\n");
        });
        try (RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\n\r\n").readHead();
            assertThat(client.chunk()).hasSize(5);
            assertThat(client.chunk()).isEmpty();
            assertThat(client.trailers().stream().map(line -> line.toLowerCase(Locale.ROOT)))
                    .containsExactlyInAnyOrder("x-sum: 42", "x-two: a", "x-two: b");
        }
    }
}
