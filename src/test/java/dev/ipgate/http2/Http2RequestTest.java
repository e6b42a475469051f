package dev.ipgate.http2;

import static dev.ipgate.testing.Http2Client.CONTINUATION;
import static dev.ipgate.testing.Http2Client.END_HEADERS;
import static dev.ipgate.testing.Http2Client.END_STREAM;
import static dev.ipgate.testing.Http2Client.HEADERS;
import static dev.ipgate.testing.Http2Client.RST_STREAM;
import static dev.ipgate.testing.Http2Client.WINDOW_UPDATE;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Http2Client;
import dev.ipgate.testing.Http2Client.Answer;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests over HTTP/2: what the app sees of them, what is refused, and what becomes of the other streams. */
@Timeout(60)
class Http2RequestTest {

    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    private Path folder;

    private RawApp app;
    private TestGate gate;
    private Http2Client client;
    private final Queue<String> heads = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<String> seen = new CompletableFuture<>();

    @BeforeEach
    void start() throws IOException {
        app = RawApp.start(this::serve);
        gate = TestGate.start(folder, """
                listen: {address: "127.0.0.1:0", http2: true}
                upstream: "APP"
                rules: [{allow: all}]
                locations: [{path: /denied, rules: [{deny: all}]}]
                limits: {request_body: 100000}
                """.replace("APP", app.url()));
        client = Http2Client.connect(gate.address());
    }

    @AfterEach
    void stop() throws IOException {
        client.close();
        gate.close();
        app.close();
    }

    private void serve(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            heads.add(head + visit.body(head));
            visit.send(OK);
        }
    }

    private static String await(CompletableFuture<String> future) throws Exception {
        return future.get(10, TimeUnit.SECONDS);
    }

    private void stillServes(int stream) throws IOException {
        client.get(stream, "/again");
        assertThat(client.answer(stream).body()).isIn("ok", "still");
    }

    // ---- heads ------------------------------------------------------------------------------------------------------

    @Test
    void theAppSeesARequestOfHttp11() throws IOException {
        client.get(1, "/a/../b//c%20d?x=%zz", "cookie", "a=1", "x-one", "1", "cookie", "b=2", "te", "trailers");
        assertThat(client.answer(1).body()).isEqualTo("ok");
        assertThat(heads.remove().lines())
                .contains("GET /a/../b//c%20d?x=%zz HTTP/1.1", "Host: localhost", "Cookie: a=1; b=2", "x-one: 1")
                .noneMatch(line -> line.startsWith("te") || line.startsWith(":"));
    }

    @Test
    void aHeadMayBeCutAnywhere() throws IOException {
        byte[] block = Http2Client.head("GET", "/cut", "x-a", "1");
        int stream = 1;
        for (int cut = 0; cut <= block.length; cut++, stream += 2) {
            client.frame(HEADERS, END_STREAM, stream, Arrays.copyOf(block, cut))
                    .frame(CONTINUATION, END_HEADERS, stream, Arrays.copyOfRange(block, cut, block.length));
            assertThat(client.answer(stream).body()).isEqualTo("ok");
        }
        client.frame(HEADERS, END_STREAM, stream);
        for (byte b : block) {
            client.frame(CONTINUATION, 0, stream, b);
        }
        client.frame(CONTINUATION, END_HEADERS, stream);
        assertThat(client.answer(stream).body()).isEqualTo("ok");
        assertThat(heads).hasSize(block.length + 2).allMatch(head -> head.startsWith("GET /cut HTTP/1.1\r\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # authority      | host      | what the app sees; none if it is refused
        a.example        |           | a.example
                         | a.example | a.example
        a.example        | a.example | a.example
        a.example        | A.Example | A.Example
        a.example        | b.example |
        me@a.example     |           |
        me:pw@a.example  |           |
                         | me@a      |
                         |           |
        """)
    void authorityAndHostAreTheSame(String authority, String host, String app) throws IOException {
        String[] fields = {":method", "GET", ":scheme", "http", ":path", "/"};
        fields = authority == null ? fields : with(fields, ":authority", authority);
        fields = host == null ? fields : with(fields, "host", host);
        client.frame(HEADERS, END_STREAM | END_HEADERS, 1, Http2Client.block(fields));
        assertThat(client.answer(1).status()).isEqualTo(app == null ? 400 : 200);
        if (app != null) {
            assertThat(heads.remove().lines()).contains("Host: " + app);
        }
        stillServes(3);
    }

    private static String[] with(String[] fields, String name, String value) {
        String[] more = Arrays.copyOf(fields, fields.length + 2);
        more[fields.length] = name;
        more[fields.length + 1] = value;
        return more;
    }

    /** Each is answered, and its stream reset for the client to see whose fault it was. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ":method GET :scheme http :authority a :path / X-Capital 1",
                ":method GET :scheme http :authority a :path / connection close",
                ":method GET :scheme http :authority a :path / keep-alive 1",
                ":method GET :scheme http :authority a :path / proxy-connection 1",
                ":method GET :scheme http :authority a :path / transfer-encoding chunked",
                ":method GET :scheme http :authority a :path / upgrade websocket",
                ":method GET :scheme http :authority a :path / te gzip",
                ":method GET :scheme http :authority a :path / x-one 1\r\nevil:2",
                ":method GET :scheme http :authority a :path / x-one 1\0",
                ":method GET :scheme http :authority a :path / x-one \t1",
                ":method GET :scheme http :authority a :path / x:one 1",
                ":method GET :scheme http :authority a :path / x-one 1 :path /b",
                ":method GET :scheme http :authority a :path / :path /b",
                ":method GET :scheme http :authority a :path / :method GET",
                ":method GET :scheme http :authority a :path / :status 200",
                ":method GET :scheme http :authority a :path / :protocol websocket",
                ":method GET :scheme http :authority a :path / content-length 5",
                ":method GET :scheme http :authority a",
                ":method GET :authority a :path /",
                ":method GET :scheme ftp :authority a :path /",
                ":scheme http :authority a :path /",
                ":method G(ET :scheme http :authority a :path /",
                ":method GET :scheme http :authority a :path *",
                ":method GET :scheme http :authority a :path http://a/",
                ":method GET :scheme http :authority a :path / host a host a"
            })
    void aMalformedHeadReachesNoApp(String fields) throws IOException {
        client.frame(HEADERS, END_STREAM | END_HEADERS, 1, Http2Client.block(fields.split(" ", -1)));
        assertThat(client.answer(1).status()).isEqualTo(400);
        assertThat(client.awaitReset(1)).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        assertThat(app.visits()).isZero();
        stillServes(3);
    }

    @ParameterizedTest
    @ValueSource(ints = {127, 128, 129, 300})
    void aNameMayStandOn127Lines(int lines) throws IOException {
        String[] fields = {":method", "GET", ":scheme", "http", ":authority", "a", ":path", "/"};
        for (int i = 0; i < lines; i++) {
            fields = with(fields, "x", "1");
        }
        client.frame(HEADERS, END_STREAM | END_HEADERS, 1, Http2Client.block(fields));
        assertThat(client.answer(1).status()).isEqualTo(lines > 127 ? 400 : 200);
        stillServes(3);
    }

    /** As over HTTP/1.1, where nothing is said of it either: RFC 9113 section 8.2.3 allows crumbs in any number. */
    @Test
    void cookiesAreJoinedWhateverStandsBetweenThem() throws IOException {
        client.get(1, "/", "cookie", "a=1", "x-one", "1", "cookie", "b=2; c=3", "x-one", "2", "cookie", "d=4");
        assertThat(client.answer(1).status()).isEqualTo(200);
        assertThat(heads.remove().lines()).contains("Cookie: a=1; b=2; c=3; d=4", "x-one: 1", "x-one: 2");
    }

    @ParameterizedTest
    @CsvSource({"CONNECT, 405", "TRACE, 405", "OPTIONS, 200", "PATCH, 200"})
    void methodsAreThoseOfHttp11(String method, int status) throws IOException {
        client.request(1, END_STREAM, method, "/");
        assertThat(client.answer(1).status()).isEqualTo(status);
        stillServes(3);
    }

    @ParameterizedTest
    @CsvSource({"30000, 200", "33000, 431", "64000, 431", "70000, 431", "120000, 431"})
    void aHeadHasTheLimitsOfHttp11(int bytes, int status) throws IOException {
        byte[] block = Http2Client.head("GET", "/", "x-a", "x".repeat(bytes));
        for (int at = 0; at < block.length; at += 16_384) {
            int end = Math.min(block.length, at + 16_384);
            client.frame(
                    at == 0 ? HEADERS : CONTINUATION,
                    (at == 0 ? END_STREAM : 0) | (end == block.length ? END_HEADERS : 0),
                    1,
                    Arrays.copyOfRange(block, at, end));
        }
        assertThat(client.answer(1).status()).isEqualTo(status);
        stillServes(3);
    }

    // ---- bodies -----------------------------------------------------------------------------------------------------

    @Test
    void aBodyAndItsTrailersReachTheApp() throws IOException {
        client.request(1, 0, "POST", "/", "content-length", "10")
                .data(1, 0, "hello")
                .data(1, END_STREAM, "world");
        assertThat(client.answer(1).body()).isEqualTo("ok");
        assertThat(heads.remove()).contains("content-length: 10\r\n").endsWith("\r\n\r\nhelloworld");

        client.request(3, 0, "POST", "/")
                .data(3, 0, "hello")
                .frame(HEADERS, END_STREAM | END_HEADERS, 3, Http2Client.block("x-sum", "42", "host", "b"));
        assertThat(client.answer(3).body()).isEqualTo("ok");
        assertThat(heads.remove())
                .contains("Transfer-Encoding: chunked\r\n")
                .endsWith("5\r\nhello\r\n0\r\nx-sum: 42\r\n\r\n");
    }

    @ParameterizedTest
    @CsvSource({"hello, 0", "he, 1"})
    void aBodyOfAnotherLengthThanItSaidIsMalformed(String body, int flags) throws IOException {
        client.request(1, 0, "POST", "/", "content-length", "4").data(1, flags, body);
        assertThat(client.awaitReset(1)).isEqualTo(ErrorCode.PROTOCOL_ERROR);
        stillServes(3);
    }

    @Test
    void aBodyWithoutALengthHasItsLimit() throws IOException {
        client.request(1, 0, "POST", "/");
        for (int i = 0; i < 11; i++) {
            client.upload(1, 0, "x".repeat(10_000));
        }
        assertThat(client.answer(1).status()).isEqualTo(413);
        assertThat(client.awaitReset(1)).isEqualTo(ErrorCode.NO_ERROR);
        stillServes(3);
    }

    @Test
    void aDeniedUploadIsAnsweredAndOnlyItsStreamEnds() throws IOException {
        client.request(1, 0, "PUT", "/slow").request(3, 0, "PUT", "/denied", "content-length", "1000000000");
        assertThat(client.answer(3).status()).isEqualTo(403);
        assertThat(client.awaitReset(3)).isEqualTo(ErrorCode.NO_ERROR);
        client.data(3, 0, "x".repeat(16_000)); // was on its way
        client.data(1, END_STREAM, "y");
        assertThat(client.answer(1).body()).isEqualTo("ok");
        stillServes(5);
    }

    /** The client may send 512 KiB that the app does not take, and the connection's other streams go on. */
    @Test
    void aSlowAppSlowsOneStreamDown() throws Exception {
        gate.reload("""
                listen: {address: "127.0.0.1:0", http2: true}
                upstream: "APP"
                rules: [{allow: all}]
                """.replace("APP", app.url()));
        CompletableFuture<String> goOn = new CompletableFuture<>();
        app.plays(visit -> {
            String head = String.valueOf(visit.head());
            if (head.startsWith("PUT")) {
                goOn.join();
                seen.complete(String.valueOf(visit.body(head).length()));
            }
            visit.send(OK);
        });
        int size = 64 << 20;
        client.request(1, 0, "PUT", "/", "content-length", String.valueOf(size));
        int sent = 0;
        String piece = "x".repeat(16_384);
        int stream = 3;
        while (sent < size) {
            assertThat(client.soFar(1).resetCode()).isNegative();
            if (client.room(1) < piece.length()) {
                if (!goOn.isDone() && sent > 8 << 20) {
                    goOn.complete(""); // the sockets' buffers are full as well
                }
                stillServes(stream);
                stream += 2;
                if (!goOn.isDone() && client.room(1) < piece.length()) {
                    Thread.sleep(100); // as slowly as a full buffer is to be told from one that fills
                    stillServes(stream);
                    stream += 2;
                    if (client.room(1) < piece.length()) {
                        goOn.complete("");
                    }
                }
                continue;
            }
            client.data(1, sent + piece.length() == size ? END_STREAM : 0, piece);
            sent += piece.length();
        }
        assertThat(client.answer(1).body()).isEqualTo("ok");
        assertThat(await(seen)).isEqualTo(String.valueOf(size));
    }

    // ---- answers ----------------------------------------------------------------------------------------------------

    private void appSays(String answer) {
        app.plays(visit -> {
            String head = visit.head();
            visit.send(head != null && head.contains("/again") ? OK : answer);
        });
    }

    @Test
    void anAnswerLosesWhatIsOfOneConnection() throws IOException {
        appSays("HTTP/1.1 200 OK\r\nConnection: close, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\nX-Kept: 1\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n");
        client.get(1, "/");
        Answer answer = client.answer(1);
        assertThat(answer.body()).isEqualTo("hello");
        assertThat(answer.header("x-kept")).isEqualTo("1");
        assertThat(answer.header("x-sum")).isEqualTo("42");
        assertThat(answer.header("date")).isNotNull();
        for (String name : new String[] {"connection", "x-hop", "keep-alive", "transfer-encoding"}) {
            assertThat(answer.header(name)).isNull();
        }
        stillServes(3);
    }

    @Test
    void interimAnswersArePassedOn() throws IOException {
        appSays("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK);
        client.get(1, "/");
        Answer answer = client.answer(1);
        assertThat(answer.interim()).isEqualTo("{:status=103, link=</a>}");
        assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void aClientThatWaitsIsToldToSendItsBody() throws IOException {
        app.plays(visit -> {
            String head = String.valueOf(visit.head());
            visit.send("HTTP/1.1 100 Continue\r\n\r\n");
            seen.complete(visit.body(head));
            visit.send(OK);
        });
        client.request(1, 0, "POST", "/", "expect", "100-continue");
        while (client.soFar(1).status() != 100) {
            client.read();
        }
        client.data(1, END_STREAM, "x");
        Answer answer = client.answer(1);
        assertThat(answer.interim()).isEqualTo("{:status=100}");
        assertThat(answer.body()).isEqualTo("ok");
    }

    @ParameterizedTest
    @CsvSource({
        "HEAD, HTTP/1.1 200 OK, 1000, 1000",
        "GET, HTTP/1.1 204 No Content, , ",
        "GET, HTTP/1.1 304 Not Modified, 1000, 1000",
        "GET, HTTP/1.1 200 OK, 0, 0"
    })
    void someAnswersHaveNoBody(String method, String line, String length, String seenLength) throws IOException {
        appSays(line + "\r\n" + (length == null ? "" : "Content-Length: " + length + "\r\n") + "\r\n");
        client.request(1, END_STREAM, method, "/");
        Answer answer = client.answer(1);
        assertThat(answer.body()).isEmpty();
        assertThat(answer.header("content-length")).isEqualTo(seenLength);
        assertThat(answer.resetCode()).isNegative();
        stillServes(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            })
    void anAnswerThatIsCutIsResetAndTheOthersGoOn(String cut) throws IOException {
        appSays(cut);
        client.get(1, "/");
        assertThat(client.awaitReset(1)).isEqualTo(ErrorCode.INTERNAL_ERROR);
        assertThat(client.soFar(1).isEnded()).isFalse();
        stillServes(3);
    }

    @Test
    void anEventIsPassedOnAtOnce() throws Exception {
        CompletableFuture<String> next = new CompletableFuture<>();
        app.plays(visit -> {
            visit.head();
            visit.send("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            next.join();
            visit.send("data: 1\n\n");
            visit.awaitEnd();
        });
        client.get(1, "/");
        while (client.soFar(1).status() != 200) {
            client.read();
        }
        next.complete("");
        while (!client.soFar(1).body().equals("data: 1\n\n")) {
            client.read();
        }
    }

    /** A client that takes nothing of one answer has the others whole. */
    @Test
    void aStreamThatIsNotTakenHoldsNobodyUp() throws IOException {
        app.plays(visit -> {
            String head = String.valueOf(visit.head());
            if (head.contains("/big")) {
                visit.send("HTTP/1.1 200 OK\r\nContent-Length: 3000000\r\n\r\n").send(new byte[3_000_000]);
            } else {
                visit.send(OK);
            }
        });
        client.widensNothing().setting(4, 1000).number(WINDOW_UPDATE, 0, 10_000_000);
        client.get(1, "/big");
        while (client.soFar(1).body().length() < 1000) {
            client.read();
        }
        stillServes(3);
        assertThat(client.soFar(1).body()).hasSize(1000);
        client.setting(4, 5000); // four thousand more for whoever is there
        while (client.soFar(1).body().length() < 5000) {
            client.read();
        }
        client.number(WINDOW_UPDATE, 1, 3_000_000);
        assertThat(client.answer(1).body()).hasSize(3_000_000);
    }

    @ParameterizedTest
    @ValueSource(strings = {"GET", "PUT"})
    void aClientThatTakesItsRequestBackIsPassedOn(String method) throws Exception {
        CompletableFuture<String> asked = new CompletableFuture<>();
        app.plays(visit -> {
            asked.complete(String.valueOf(visit.head()));
            seen.complete(visit.awaitEnd());
        });
        client.request(1, method.equals("GET") ? END_STREAM : 0, method, "/");
        await(asked);
        client.number(RST_STREAM, 1, ErrorCode.CANCEL);
        await(seen);
        app.plays(visit -> {
            visit.head();
            visit.send(OK);
        });
        stillServes(3);
        Eventually.holds("it is in the log", () -> gate.log().contains("\"" + method + " / HTTP/2.0\""));
    }

    @Test
    void http11IsSpokenOnTheSameListener() throws IOException {
        assertThat(gate.getFrom("127.0.0.1", "/").body()).isEqualTo("ok");
    }

    @Test
    void noListenerSpeaksItUnlessAsked() throws IOException {
        gate.reload("""
                listen: "127.0.0.1:0"
                upstream: "APP"
                rules: [{allow: all}]
                """.replace("APP", app.url()));
        try (Http2Client refused = Http2Client.connect(gate.address())) {
            byte[] said = refused.socket().getInputStream().readNBytes(12);
            assertThat(new String(said, US_ASCII)).isEqualTo("HTTP/1.1 400");
        }
    }
}
