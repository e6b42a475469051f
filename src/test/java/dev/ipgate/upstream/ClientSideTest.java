package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that leave, hurry, pipeline, close halfway or lie about a body, and what the app gets to see of it. */
class ClientSideTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";
    private static final String UPGRADE =
            "GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";
    private static final String SWITCHED =
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

    @TempDir
    private Path folder;

    @AutoClose
    private final RawApp app = RawApp.start(Visit::awaitEnd);

    @AutoClose
    private TestGate gate;

    private final CompletableFuture<String> asked = new CompletableFuture<>();
    private final CompletableFuture<String> ended = new CompletableFuture<>();

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(folder, """
                upstream: {url: "APP", response_timeout: 15s, keepalive: 200ms}
                rules: [{allow: all}]
                """.replace("APP", app.url()));
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

    /** Answers each request with its path; a path that starts with "slow" takes its time. */
    private static void echoPaths(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            String path = Visit.path(head);
            if (path.startsWith("slow")) {
                visit.pause(20_000);
            }
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: " + path.length() + "\r\n\r\n" + path);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "7\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "ffffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "8000000000000000\r\nhello\r\n0\r\n\r\n",
                "5 hello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
            })
    void aMalformedBodyNeverReachesTheAppAsAWholeOne(String body) throws Exception {
        app.plays(visit -> {
            asked.complete(String.valueOf(visit.head()));
            ended.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n" + body);
            leave(client, "half");
            assertThat(client.isClosedByServer()).isTrue();
        }
        if (asked.isDone()) {
            assertThat(await(ended)).doesNotEndWith("0\r\n\r\n");
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        app.plays(ClientSideTest::echoPaths);
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 50; i++) {
            requests.append("GET /").append(i % 7 == 0 ? "slow" : "").append(i).append(" HTTP/1.1\r\nHost: a\r\n\r\n");
        }
        try (RawClient client = gate.connect()) {
            client.send(requests.toString());
            for (int i = 0; i < 50; i++) {
                assertThat(client.read().body()).isEqualTo((i % 7 == 0 ? "slow" : "") + i);
            }
        }
    }

    @Test
    void aRequestThatComesWhileTheOneBeforeWaitsHasItsTurn() throws Exception {
        app.plays(visit -> {
            for (String head = visit.head(); head != null; head = visit.head()) {
                if (asked.complete(head)) {
                    ended.join();
                }
                visit.send(OK.replace("hello", String.format("%-5s", Visit.path(head))));
            }
        });
        try (RawClient client = gate.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n");
            await(asked);
            for (String piece :
                    "GET /2 HTTP/1.1\r\nHost: a\r\n\r\nGET /3 HTTP/1.1\r\nHost: a\r\n\r\n".split("(?<=G)", -1)) {
                client.send(piece);
            }
            ended.complete("");
            for (int i = 1; i <= 3; i++) {
                assertThat(client.read().body()).isEqualTo(i + "    ");
            }
        }
    }

    @Test
    void aRequestThatComesWhileTheAnswerBeforeStreamsHasItsTurn() throws IOException {
        CompletableFuture<Void> sent = new CompletableFuture<>();
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
            sent.join();
            visit.send("1\r\n!\r\n0\r\n\r\n");
            echoPaths(visit);
        });
        try (RawClient client = gate.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n").readHead();
            assertThat(client.chunk()).hasSize(5);
            client.send("POST /2 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
            sent.complete(null);
            assertThat(client.chunk()).hasSize(1);
            assertThat(client.chunk()).isEmpty();
            assertThat(client.trailers()).isEmpty();
            assertThat(client.read().body()).isEqualTo("2");
        }
    }

    @Test
    void aWebSocketTakesEarlyDataBothWaysAndItsClientMayCloseHalf() throws Exception {
        app.plays(visit -> {
            visit.head();
            visit.send(SWITCHED + "early from app ");
            String all = visit.read("early from client".length());
            visit.send("got " + all);
            ended.complete(visit.awaitEnd());
            visit.send(", bye");
        });
        try (RawClient client = gate.connect()) {
            client.send(UPGRADE + "early from client");
            assertThat(client.readHead().status()).isEqualTo(101);
            String expected = "early from app got early from client";
            assertThat(new String(
                            client.in().readNBytes(expected.length()), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo(expected);
            client.send("last words");
            client.socket().shutdownOutput();
            assertThat(await(ended)).isEqualTo("last words");
            assertThat(new String(client.in().readAllBytes(), java.nio.charset.StandardCharsets.US_ASCII))
                    .isEqualTo(", bye");
        }
    }

    @Test
    void theAppMayCloseHalfOfAWebSocketToo() throws Exception {
        app.plays(visit -> {
            visit.head();
            visit.send(SWITCHED).finish();
            ended.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            client.send(UPGRADE);
            assertThat(client.readHead().status()).isEqualTo(101);
            assertThat(client.in().read()).isEqualTo(-1);
            client.send("still").send(" here");
            client.socket().shutdownOutput();
            assertThat(await(ended)).isEqualTo("still here");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"close", "reset"})
    void aWebSocketEndsWhenItsClientLeaves(String how) throws Exception {
        app.plays(visit -> {
            visit.head();
            visit.send(SWITCHED);
            ended.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            client.send(UPGRADE);
            assertThat(client.readHead().status()).isEqualTo(101);
            leave(client, how);
            assertThat(await(ended)).isEmpty();
        }
    }

    @Test
    void aRequestThatEarlyDataPrecedesIsStillARequestWhenTheAppDeclines() throws IOException {
        app.plays(ClientSideTest::echoPaths);
        try (RawClient client = gate.connect()) {
            client.send(UPGRADE + "GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("ws");
            assertThat(client.read().body()).isEqualTo("next");
        }
    }

    @Test
    void requestTrailersReachTheAppButForThoseThatLie() throws Exception {
        app.plays(visit -> {
            String head = String.valueOf(visit.head());
            asked.complete(visit.body(head));
            visit.send(OK);
        });
        try (RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
                    + "5\r\nhello\r\n0\r\nX-Sum: 42\r\nX-Forwarded-For: 127.0.0.1\r\nX-Real-IP: 127.0.0.1\r\n"
                    + "X_Forwarded_Host: a\r\nHost: b\r\nContent-Length: 7\r\nAuthorization: x\r\nOrigin: b\r\n"
                    + "Transfer-Encoding: x\r\nX-Latin: \351\r\n\r\n");
            assertThat(client.read().body()).isEqualTo("hello");
        }
        assertThat(await(asked)).startsWith("5\r\nhello\r\n0\r\n");
        assertThat(await(asked).lines().skip(3)).containsExactlyInAnyOrder("X-Sum: 42", "X-Latin: \351", "");
    }

    @Test
    void aThousandConnectionsLeaveNoDescriptorBehind() throws Exception {
        app.plays(ClientSideTest::echoPaths);
        connections(50); // loads what is loaded once
        long before = settledDescriptors(Long.MAX_VALUE);
        connections(1000);
        assertThat(settledDescriptors(before)).isLessThanOrEqualTo(before);
        assertThat(app.open()).isZero();
    }

    private void connections(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            try (RawClient client = gate.connect()) {
                if (i % 10 == 0) {
                    client.send("POST /a HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nx"); // and leaves
                } else {
                    assertThat(client.get("/a").body()).isEqualTo("a");
                }
            }
        }
    }

    /** Descriptors of this process once the app has no connection left and there are as few as hoped, or time is up. */
    private long settledDescriptors(long hoped) throws Exception {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        long count;
        do {
            Thread.sleep(20);
            try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
                count = open.count();
            }
        } while ((app.open() > 0 || count > hoped) && System.nanoTime() < deadline);
        return count;
    }
}
