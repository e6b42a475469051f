package dev.ipgate.upstream;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Everything that an app can answer wrongly: the right status or a clean cut, and the next request is none the worse. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class BadAnswersTest {

    @Parameter
    private Transport transport;

    private static final String GOOD = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @TempDir
    private Path folder;

    @AutoClose
    private RawApp app;

    @AutoClose
    private TestGate gate;

    /** Answers by path; a path that is not in it gets {@link #GOOD}. */
    private final Map<String, RawApp.Script> answers = new ConcurrentHashMap<>();

    @BeforeEach
    void start() throws IOException {
        app = RawApp.start(visit -> {
            for (String head = visit.head(); head != null; head = visit.head()) {
                RawApp.Script answer = answers.get(Visit.path(head));
                if (answer == null) {
                    visit.send(GOOD);
                } else {
                    answer.play(visit);
                }
            }
        });
        gate = TestGate.start(transport, folder, """
                upstream: {url: "APP", response_timeout: 2s, keepalive: 1m, max_connections: 1}
                rules: [{allow: all}]
                """.replace("APP", app.url()));
    }

    private static String bytes(String text) {
        return text.replace("~", "\r\n").translateEscapes();
    }

    /** The final answer, or null if it was cut. */
    private static @Nullable RawResponse outcome(RawClient client, String path) throws IOException {
        try {
            RawResponse answer = client.get(path);
            while (answer.status() < 200) {
                answer = client.read();
            }
            return answer;
        } catch (java.net.SocketTimeoutException hang) {
            throw hang;
        } catch (IOException cut) {
            return null;
        }
    }

    /** There is one connection to the app at most, so what is left on it would be the next answer. */
    private void theNextRequestIsNoneTheWorse() throws IOException {
        try (RawClient next = gate.connect()) {
            for (int i = 0; i < 3; i++) {
                RawResponse answer = next.get("/next");
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("hello");
            }
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # what the app says before it closes                                        | status
            ''                                                                          | 502
            garbage                                                                     | 502
            garbage~~                                                                   | 502
            <html>oh no</html>                                                          | 502
            \\26\\3\\1\\0\\2                                                            | 502
            HTTP/1.1 200 OK\\n\\nhello                                                  | 502
            HTTP/1.1 200 OK                                                             | 502
            HTTP/1.1 200 OK~Content-Le                                                  | 502
            HTTP/1.1 200 OK~Content-Length: 5~                                          | 502
            HTTP/2 200 OK~~                                                             | 502
            HTTP/1.1 20 OK~~                                                            | 502
            HTTP/1.1 200 OK~A: b~ folded~~                                              | 502
            HTTP/1.1 200 OK~A : b~~                                                     | 502
            HTTP/1.1 200 OK~A: \\0~~                                                    | 502
            HTTP/1.1 200 OK~Content-Length: x~~hello                                    | 502
            HTTP/1.1 200 OK~Content-Length: -1~~hello                                   | 502
            HTTP/1.1 200 OK~Content-Length: 5~Content-Length: 6~~hello                  | 502
            HTTP/1.1 200 OK~Content-Length: 5~Transfer-Encoding: chunked~~0~~           | 502
            HTTP/1.1 200 OK~Transfer-Encoding: gzip, chunked~~0~~                       | 502
            HTTP/1.0 200 OK~Transfer-Encoding: chunked~~0~~                             | 502
            HTTP/1.1 100 Continue~~                                                     | 502
            HTTP/1.1 103 Early Hints~Link: </a>~~                                       | 502
            HTTP/1.1 103 Early Hints~Link: </a>~~HTTP/1.1                               | 502
            HTTP/1.1 101 Switching Protocols~Upgrade: websocket~Connection: Upgrade~~x  | 502
            HTTP/1.1 200 OK~Content-Length: 9~~hello                                    | cut
            HTTP/1.1 200 OK~Content-Length: 1~~                                         | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~                                | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hel                           | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~                        | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~0~                      | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~0~A: b~                 | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~helloo~0~~                    | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~x~                              | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~-5~hello~0~~                    | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5\\nhello\\n0\\n\\n             | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~ffffffffffffffff~hello          | cut
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~0~A~~                   | cut
            """)
    void nonsenseIsA502OrACut(String said, String expected) throws IOException {
        answers.put("bad", visit -> {
            visit.send(bytes(said));
            visit.finish().awaitEnd();
        });
        for (String version : new String[] {"fresh", "reused"}) {
            if (version.equals("reused")) {
                theNextRequestIsNoneTheWorse();
            }
            try (RawClient client = gate.connect()) {
                RawResponse answer = outcome(client, "/bad");
                if (expected.equals("cut")) {
                    assertThat(answer).as(version).isNull();
                } else {
                    assertThat(requireNonNull(answer).status()).as(version).isEqualTo(Integer.parseInt(expected));
                    assertThat(requireNonNull(answer).body()).doesNotContain("Link", "oh no");
                    assertThat(client.get("/next").body()).isEqualTo("hello");
                }
            }
        }
        theNextRequestIsNoneTheWorse();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"", "HTTP/1.1 2", "HTTP/1.1 200 OK~Content-Length: 5~", "HTTP/1.1 103 Early Hints~~"})
    void silenceIsA504(String said) throws IOException {
        answers.put("silent", visit -> visit.send(bytes(said)).awaitEnd());
        try (RawClient client = gate.connect()) {
            RawResponse answer = said.contains("103") ? interimThenAnswer(client) : client.get("/silent");
            assertThat(answer.status()).isEqualTo(504);
        }
        theNextRequestIsNoneTheWorse();
    }

    private static RawResponse interimThenAnswer(RawClient client) throws IOException {
        assertThat(client.get("/silent").status()).isEqualTo(103);
        return client.read();
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {"HTTP/1.1 200 OK~Content-Length: 9~~hello", "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~he"})
    void silenceInTheMiddleIsACut(String said) throws IOException {
        answers.put("silent", visit -> visit.send(bytes(said)).awaitEnd());
        try (RawClient client = gate.connect()) {
            assertThat(outcome(client, "/silent")).isNull();
        }
        theNextRequestIsNoneTheWorse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK~Content-Length: 50~~hello",
                "HTTP/1.1 200 OK~Transfer-Encoding: chunked~~5~hello~",
                "HTTP/1.1 200 OK~~hello"
            })
    void aResetIsA502OrACut(String said) throws IOException {
        answers.put("reset", visit -> visit.send(bytes(said)).reset());
        for (int i = 0; i < 20; i++) {
            try (RawClient client = gate.connect()) {
                RawResponse answer = outcome(client, "/reset");
                assertThat(answer == null || answer.status() == 502).isTrue();
            }
        }
        theNextRequestIsNoneTheWorse();
    }

    @Test
    void aHeadOfAMegabyteIsA502() throws IOException {
        String line = "X-Filler: " + "x".repeat(990) + "\r\n";
        answers.put("many", visit -> visit.send("HTTP/1.1 200 OK\r\n" + line.repeat(1024) + "\r\n"));
        answers.put("long", visit -> visit.send("HTTP/1.1 200 OK\r\nA: " + "x".repeat(1 << 20) + "\r\n\r\n"));
        answers.put("reason", visit -> visit.send("HTTP/1.1 200 " + "x".repeat(1 << 20) + "\r\n\r\n"));
        answers.put("equal", visit -> visit.send("HTTP/1.1 200 OK\r\n" + "A: b\r\n".repeat(128) + "\r\n"));
        for (String path : answers.keySet()) {
            try (RawClient client = gate.connect()) {
                assertThat(client.get("/" + path).status()).as(path).isEqualTo(502);
            }
            theNextRequestIsNoneTheWorse();
        }
    }

    @Test
    void aFloodOfInterimAnswersIsA502() throws IOException {
        answers.put("flood", visit -> {
            for (int i = 0; i < 100_000; i++) {
                visit.send("HTTP/1.1 102 Processing\r\n\r\n"
                        .repeat(10)
                        .getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        });
        try (RawClient client = gate.connect()) {
            RawResponse answer = client.get("/flood");
            int interim = 0;
            for (; answer.status() == 102; answer = client.read()) {
                interim++;
            }
            assertThat(answer.status()).isEqualTo(502);
            assertThat(interim).isLessThan(100);
        }
        theNextRequestIsNoneTheWorse();
    }

    @Test
    void interimAnswersAreNeverTheAnswer() throws IOException {
        String interim = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                + "HTTP/1.1 103 Early Hints\r\nLink: </style.css>; rel=preload\r\nConnection: x\r\nX: y\r\n\r\n";
        answers.put("hints", visit -> visit.send(interim + GOOD));
        answers.put("apart", visit -> visit.send(interim.substring(0, 30), interim.substring(30), GOOD));
        for (String path : answers.keySet()) {
            try (RawClient client = gate.connect()) {
                RawResponse hints = client.get("/" + path); // 100 was not asked for, and 102 says nothing to anybody
                assertThat(hints.status()).isEqualTo(103);
                assertThat(hints.header("Link")).isEqualTo("</style.css>; rel=preload");
                assertThat(hints.header("X")).as("listed in Connection").isNull();
                assertThat(client.read().body()).isEqualTo("hello");
                int before = app.visits();
                assertThat(client.get("/next").body()).isEqualTo("hello");
                assertThat(app.visits())
                        .as("interim answers do no harm to the connection")
                        .isEqualTo(before);
            }
            try (RawClient old = gate.connectHttp1From("127.0.0.1")) {
                old.send("GET /" + path + " HTTP/1.0\r\n\r\n");
                RawResponse answer = old.read();
                assertThat(answer.status()).isEqualTo(200);
                assertThat(answer.body()).isEqualTo("hello");
            }
        }
        theNextRequestIsNoneTheWorse();
    }

    @ParameterizedTest(name = "{0} {1}")
    @CsvSource(delimiter = '|', textBlock = """
            GET  | HTTP/1.1 204 No Content~Content-Length: 5~~                | 204
            GET  | HTTP/1.1 204 No Content~Transfer-Encoding: chunked~~       | 204
            GET  | HTTP/1.1 304 Not Modified~Content-Length: 5~~              | 304
            GET  | HTTP/1.1 304 Not Modified~Transfer-Encoding: chunked~~     | 304
            HEAD | HTTP/1.1 200 OK~Content-Length: 5~~                        | 200
            HEAD | HTTP/1.1 200 OK~Transfer-Encoding: chunked~~               | 200
            HEAD | HTTP/1.1 200 OK~~                                          | 200
            HEAD | HTTP/1.1 404 Not Found~Content-Length: 9~~                 | 404
            """)
    void anAnswerWithoutABodyHasNoneWhateverItsHeadersSay(String method, String head, int status) throws IOException {
        answers.put("none", visit -> visit.send(bytes(head)));
        answers.put("sent", visit -> visit.send(bytes(head) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil"));
        try (RawClient client = gate.connect()) {
            for (String path : new String[] {"/none", "/sent", "/sent"}) {
                assertThat(client.request(method, path).status()).isEqualTo(status);
                assertThat(client.get("/next").body()).isEqualTo("hello");
            }
        }
        assertThat(app.visits())
                .as("after a body that must not be, the connection is not used again")
                .isEqualTo(3);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(
            strings = {
                GOOD,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n",
            })
    void bytesBehindTheAnswerAreNobodys(String good) throws IOException {
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        int headEnds = good.indexOf("\r\n\r\n") + 4;
        for (int round = 0; round < 10; round++) {
            theSecondClientGetsItsOwn("hello", good + evil);
            theSecondClientGetsItsOwn("hello", good.substring(0, headEnds), good.substring(headEnds) + evil);
            theSecondClientGetsItsOwn("hello", good + "\r\n");
        }
        theNextRequestIsNoneTheWorse();
    }

    /** With one connection to the app, the second client waits for the first's to come back. */
    private void theSecondClientGetsItsOwn(String body, String... pieces) throws IOException {
        CompletableFuture<Void> asked = new CompletableFuture<>();
        CompletableFuture<Void> bothAreThere = new CompletableFuture<>();
        answers.put("first", visit -> {
            asked.complete(null);
            bothAreThere.join();
            visit.send(pieces);
        });
        try (RawClient client = gate.connect();
                RawClient second = gate.connect()) {
            client.send("GET /first HTTP/1.1\r\nHost: a\r\n\r\n");
            asked.join();
            second.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n");
            bothAreThere.complete(null);
            assertThat(client.read().body()).isEqualTo(body);
            assertThat(second.read().body()).isEqualTo("hello");
        }
    }

    @Test
    void bytesBehindAnAnswerThatFillsTheBufferAreNobodys() throws IOException {
        String head = "HTTP/1.1 200 OK\r\nContent-Length: SIZED\r\n\r\n";
        String evil = "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil";
        for (int size : new int[] {16384 - head.length(), 16384, 2 * 16384 - head.length(), 2 * 16384}) {
            String body = "x".repeat(size);
            theSecondClientGetsItsOwn(body, head.replace("SIZED", Integer.toString(size)) + body + evil);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil", "x", ""})
    void anIdleConnectionOnWhichSomethingArrivesIsClosed(String late) throws Exception {
        CompletableFuture<Void> answered = new CompletableFuture<>();
        CompletableFuture<String> closed = new CompletableFuture<>();
        answers.put("late", visit -> {
            visit.send(GOOD);
            answered.join();
            if (late.isEmpty()) {
                visit.finish();
            } else {
                visit.send(late);
            }
            closed.complete(visit.awaitEnd());
        });
        try (RawClient client = gate.connect()) {
            assertThat(client.get("/late").body()).isEqualTo("hello");
            answered.complete(null);
            assertThat(closed.get(20, TimeUnit.SECONDS))
                    .as("nothing was asked on it")
                    .isEmpty();
            assertThat(client.get("/next").body()).isEqualTo("hello");
        }
        assertThat(app.visits()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            HTTP/1.1 200 OK~Content-Length: 5~Connection: close~~hello                           | 2
            HTTP/1.1 200 OK~Content-Length: 5~Connection: x, Close~~hello                        | 2
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~Connection: close~~5~hello~0~~            | 2
            HTTP/1.0 200 OK~Content-Length: 5~~hello                                             | 2
            HTTP/1.0 200 OK~~hello                                                               | 2
            HTTP/1.1 200 OK~~hello                                                               | 2
            HTTP/1.1 200~~hello                                                                  | 2
            HTTP/1.1 200 OK~Connection: keep-alive~~hello                                        | 2
            HTTP/1.1 200 OK~Content-Length: 5~Connection: keep-alive~~hello                      | 1
            HTTP/1.1 200 OK~Transfer-Encoding: chunked~~1;a=b~h~4~ello~0~A: b~~                  | 1
            """)
    void theAppDecidesWhetherItsConnectionLivesOn(String answer, int visits) throws IOException {
        answers.put("once", visit -> {
            visit.send(bytes(answer));
            if (visits > 1) {
                visit.finish();
                visit.awaitEnd();
            }
        });
        try (RawClient client = gate.connect()) {
            RawResponse got = client.get("/once");
            assertThat(got.body()).isEqualTo("hello");
            assertThat(got.header("Connection")).as("is the app's business").isNotEqualTo("close");
            assertThat(client.get("/next").body()).isEqualTo("hello");
        }
        assertThat(app.visits()).isEqualTo(visits);
        theNextRequestIsNoneTheWorse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                GOOD,
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
            })
    void aSlowDripIsAnAnswerLikeAnyOther(String answer) throws IOException {
        answers.put("drip", visit -> visit.send(answer.split("")));
        try (RawClient client = gate.connect()) {
            RawResponse first = client.get("/drip");
            assertThat((first.status() == 103 ? client.read() : first).body()).isEqualTo("hello");
            assertThat(client.get("/next").body()).isEqualTo("hello");
        }
        assertThat(app.visits()).isOne();
    }

    @Test
    void anHttp10ClientGetsAChunkedAnswerWithoutChunks() throws IOException {
        answers.put(
                "chunks",
                visit -> visit.send(
                        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nA: b\r\n\r\n"));
        try (RawClient old = gate.connectHttp1From("127.0.0.1")) {
            RawResponse answer = old.send("GET /chunks HTTP/1.0\r\n\r\n").read();
            assertThat(answer.header("Transfer-Encoding")).isNull();
            assertThat(answer.body()).isEqualTo("hello");
        }
    }

    @Test
    void aRequestIsRepeatedOnlyIfNothingAtAllWasAnswered() throws IOException {
        answers.put("hint", visit -> {
            visit.send("HTTP/1.1 103 Early Hints\r\n\r\n");
            visit.finish().awaitEnd();
        });
        try (RawClient client = gate.connect()) {
            assertThat(client.get("/next").body()).isEqualTo("hello");
            assertThat(client.get("/hint").status()).isEqualTo(103);
            assertThat(client.read().status()).isEqualTo(502);
        }
        assertThat(app.visits()).isOne();
    }

    @Test
    void placesThatAreIdleOnOneThreadServeRequestsOnAnother() throws IOException {
        for (int i = 0; i < 20; i++) { // clients are spread over the threads, and there is one place
            theNextRequestIsNoneTheWorse();
        }
    }
}
