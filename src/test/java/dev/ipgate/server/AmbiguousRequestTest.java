package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two servers could read in two ways: refused, and nothing behind them is taken for a request. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"}) // bytes of HTTP/1.1
class AmbiguousRequestTest {

    @Parameter
    private Transport transport;

    private static final String SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.0/8}]\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Content-Length: 5\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nContent-Length: 5",
                "Transfer-Encoding: chunked\r\nContent-Length: 0",
                "Content-Length: 5\r\nContent-Length: 5",
                "Content-Length: 5\r\nContent-Length: 6",
                "Content-Length: 5, 5",
                "Content-Length: +5",
                "Content-Length: -5",
                "Content-Length: -1",
                "Content-Length: 5 5",
                "Content-Length: 0x5",
                "Content-Length: 5a",
                "Content-Length: 5.0",
                "Content-Length: 1e3",
                "Content-Length:",
                "Content-Length: \"5\"",
                "Content-Length: 1000000000000000000",
                "Content-Length: 9223372036854775808",
                "Content-Length: 18446744073709551621",
                "Content-Length: 99999999999999999999999999999999",
                "Transfer-Encoding: xchunked",
                "Transfer-Encoding: chunkedx",
                "Transfer-Encoding: chunked, identity",
                "Transfer-Encoding: identity, chunked",
                "Transfer-Encoding: chunked, chunked",
                "Transfer-Encoding: gzip, chunked",
                "Transfer-Encoding: chunked, gzip",
                "Transfer-Encoding: gzip",
                "Transfer-Encoding: identity",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
                "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
                "Transfer-Encoding: chunked;q=1",
                "Transfer-Encoding: \"chunked\"",
                "Transfer-Encoding: chunked,",
                "Transfer-Encoding: ,chunked",
                "Transfer-Encoding: \u000bchunked",
                "Transfer-Encoding: chunked\u000c",
                "Transfer-Encoding: chu\u0000nked",
                "Transfer-Encoding: \u00a0chunked",
                "Transfer-Encoding:",
                "Transfer-Encoding : chunked",
                "Content-Length : 5",
                "Content-Length\t: 5",
                " Content-Length: 5",
                "X: 1\nContent-Length: 5",
                "X: 1\rContent-Length: 5",
                "X: 1\r\r\nContent-Length: 5",
                "X: a\u0000b",
                "X: a\u0001b",
                "X: a\u007fb",
                "X\u0000: 1",
                "X Y: 1",
                "X(Y): 1",
                ": 1",
                "X",
                "Content-Length: 5\r\nExpect: other",
                "Content-Length: 5\r\nExpect: 100-continue, other",
                "Content-Length: 5\r\nExpect: 100-continue\r\nExpect: 100-continue"
            })
    void isRefusedAndNeverReachesTheApp(String lines) throws IOException {
        refuses("POST / HTTP/1.1\r\nHost: a\r\n" + lines + "\r\n\r\n0\r\n\r\n" + SMUGGLED, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET / HTTP/1.1\nHost: a\n\n",
                "GET / HTTP/1.1\r\nHost: a\n\n",
                "GET / HTTP/1.1\rHost: a\r\r",
                "GET /\r\n\r\n",
                "GET\r\n\r\n",
                "GET / \r\nHost: a\r\n\r\n",
                "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",
                "GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n",
                " GET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "G(T / HTTP/1.1\r\nHost: a\r\n\r\n",
                "get / HTTP/1.1\r\nHost: a\r\n\r\n",
                "DELETe / HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET a HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET * HTTP/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/0.9\r\nHost: a\r\n\r\n",
                "GET / HTTP/2.0\r\nHost: a\r\n\r\n",
                "GET / http/1.1\r\nHost: a\r\n\r\n",
                "GET / HTTP/1.1x\r\nHost: a\r\n\r\n",
                "GET / HTTP/11\r\nHost: a\r\n\r\n",
                "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\u0000\u0000\u0000\u0004\u0000\u0000\u0000\u0000\u0000",
                "\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003 a TLS client\r\n\r\n",
                "\u0000\u0000\u0000\u0000\r\n\r\n",
                "PROXY TCP4 203.0.113.7 10.0.0.1 1 2\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
                "\u00ff\u00fe\r\n\r\n",
                "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
                "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            })
    void whatIsNotHttp1IsRefused(String request) throws IOException {
        refuses(request + SMUGGLED, 400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
                "CONNECT a:443 HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: a\r\n\r\n",
                "TRACE / HTTP/1.1\r\nHost: a\r\nAuthorization: Basic c2VjcmV0\r\nMax-Forwards: 0\r\n\r\n"
            })
    void connectAndTraceAreNotAllowed(String request) throws IOException {
        RawResponse refused = refuses(request + SMUGGLED, 405);

        assertThat(refused.header("Allow")).contains("GET").doesNotContain("TRACE", "CONNECT");
        assertThat(refused.body()).doesNotContain("c2VjcmV0");
    }

    private RawResponse refuses(String bytes, int status) throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(bytes);
            RawResponse refused = client.read();

            assertThat(refused.status()).isEqualTo(status);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(app.requests()).isEmpty();
            return refused;
        }
    }

    /** A server may replace the fold by a blank (RFC 9112 section 5.2), which leaves one reading. */
    @Test
    void aFoldedLineNeverReachesTheAppFolded() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(
                    "GET / HTTP/1.1\r\nHost: a\r\nX: a\r\n Content-Length: 5\r\n\tTransfer-Encoding: chunked\r\n\r\n");
            client.read();
        }
        assertThat(app.requests()).allSatisfy(request -> {
            assertThat(request.header("X")).isEqualTo("a Content-Length: 5 Transfer-Encoding: chunked");
            assertThat(request.headers("Content-Length")).isEmpty();
            assertThat(request.headers("Transfer-Encoding")).isEmpty();
        });
    }

    @Test
    void theBodyOfARequestIsNotTheNextRequest() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send("POST /1 HTTP/1.1\r\nHost: a\r\nContent-Length: " + SMUGGLED.length() + "\r\n\r\n" + SMUGGLED);
            assertThat(client.read().status()).isEqualTo(200);
            client.send("POST /2 HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n\r\n"
                    + Integer.toHexString(SMUGGLED.length()) + "\r\n" + SMUGGLED + "\r\n0\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
            client.send("GET /3 HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(app.requests()).extracting(ScriptedApp.Request::target).containsExactly("/1", "/2", "/3");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x\r\n",
                "-1\r\nab",
                "+5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "5\r\nhello0\r\n\r\n",
                "10000000000000005\r\nhello\r\n0\r\n\r\n",
                "ffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "fffffffffffffffff0000000000000005\r\nhello\r\n0\r\n\r\n"
            })
    void aBadChunkNeverReachesTheAppAsAWholeRequest(String body) throws IOException {
        try (RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body + SMUGGLED);
            client.socket().shutdownOutput();
            assertThat(client.readToEnd()).doesNotContain("hello", " 200 ");
        }
        assertThat(app.requests()).isEmpty();
    }
}
