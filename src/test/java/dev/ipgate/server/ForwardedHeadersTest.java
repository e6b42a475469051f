package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which headers the app and the client see of each other. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class ForwardedHeadersTest {

    @Parameter
    private Transport transport;

    private static final String OPEN = """
            upstream: APP
            client_address: {untrusted_forwarder: ignore}
            rules: [{allow: 127.0.0.0/8}]
            """;

    private static final String BEHIND_A_PROXY = """
            upstream: APP
            client_address: {trusted_proxies: [127.0.0.1, 10.0.0.0/8]}
            rules: [{allow: 127.0.0.0/8}, {allow: 0.0.0.0/1}, {allow: 128.0.0.0/1}, {allow: "::/0"}]
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private TestGate gate(String conf) throws IOException {
        return TestGate.start(transport, folder, conf.replace("APP", app.url()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Keep-Alive: timeout=5",
                "Proxy-Connection: keep-alive",
                "Proxy-Authorization: Basic c2VjcmV0",
                "Proxy-Authenticate: Basic",
                "TE: trailers",
                "Trailer: X-Checksum",
                "Upgrade: h2c",
                "HTTP2-Settings: AAMAAABkAAQAAP__",
                "X-Private: 1\r\nConnection: x-private",
                "X-Private: 1\r\nConnection: keep-alive,X-Private",
                "X-Private: 1\r\nConnection: keep-alive\r\nConnection: close , X-PRIVATE ,"
            })
    void hopByHopHeadersDoNotReachTheApp(String lines) throws IOException {
        try (TestGate gate = gate(OPEN)) {
            assertThat(gate.getFrom("127.0.0.1", "/", lines, "X-Kept: 1").status())
                    .isEqualTo(200);
        }
        String name = lines.substring(0, lines.indexOf(':'));
        assertThat(app.last().headers(name)).isEmpty();
        assertThat(app.last().headers("Connection")).doesNotContain("X-Private", "x-private");
        assertThat(app.last().header("X-Kept")).isEqualTo("1");
    }

    @Test
    void aConnectionHeaderCannotStripWhatTheGateItselfSays() throws IOException {
        try (TestGate gate = gate(OPEN)) {
            gate.getFrom("127.0.0.1", "/", "Connection: X-Forwarded-For, X-Real-IP, X-Forwarded-Proto, Host, close");
        }
        assertThat(app.last().header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(app.last().header("X-Real-IP")).isEqualTo("127.0.0.1");
        assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("http");
        assertThat(app.last().header("Host")).isEqualTo("localhost");
    }

    @Test
    void aConnectionHeaderCannotStripTheFramingOfABody() throws IOException {
        try (TestGate gate = gate(OPEN);
                RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: Content-Length\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(client.read().status()).isEqualTo(200);
        }
        assertThat(app.requests()).hasSize(1);
        assertThat(app.last().body()).asString().isEqualTo("abc");
    }

    @Test
    void hopByHopHeadersDoNotReachTheClient() throws IOException {
        try (ScriptedApp talkative = ScriptedApp.answering("HTTP/1.1 200 Fine\r\nConnection: X-Inner, keep-alive\r\n"
                        + "X-Inner: 1\r\nKeep-Alive: timeout=9\r\nProxy-Authenticate: Basic\r\nProxy-Connection: close\r\n"
                        + "Trailer: X\r\nUpgrade: h2c\r\nX-Kept: 1\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\n"
                        + "Server: gunicorn\r\nContent-Length: 2\r\n\r\nok");
                TestGate gate = TestGate.start(transport, folder, OPEN.replace("APP", talkative.url()));
                RawClient client = gate.connect()) {
            RawResponse answer = client.get("/");

            assertThat(answer.statusLine()) // HTTP/2 has no reason phrases
                    .isEqualTo(transport.isHttp2() ? "HTTP/1.1 200" : "HTTP/1.1 200 Fine");
            assertThat(answer.headers())
                    .containsEntry("x-kept", List.of("1"))
                    .containsEntry("set-cookie", List.of("a=1", "b=2"))
                    .containsEntry("server", List.of("gunicorn"))
                    .doesNotContainKeys(
                            "x-inner", "keep-alive", "proxy-authenticate", "proxy-connection", "trailer", "upgrade");
            assertThat(client.get("/").body()).isEqualTo("ok"); // on the same connection
        }
    }

    @Test
    void anUpgradeToHttp2IsServedAsHttp1() throws Exception {
        try (TestGate gate = gate(OPEN)) {
            RawResponse answer = gate.getFrom(
                    "127.0.0.1",
                    "/",
                    "Connection: Upgrade, HTTP2-Settings",
                    "Upgrade: h2c",
                    "HTTP2-Settings: AAMAAABkAAQAAP__");
            assertThat(answer.status()).isEqualTo(200);

            HttpClient client = HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_2) // which is the default, and offers h2c
                    .build();
            URI uri = URI.create("http://127.0.0.1:" + gate.address().getPort() + "/x");
            HttpResponse<String> got = client.send(HttpRequest.newBuilder(uri).build(), BodyHandlers.ofString());
            assertThat(got.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
            assertThat(got.body()).isEqualTo("hello");
            HttpResponse<String> posted = client.send(
                    HttpRequest.newBuilder(uri)
                            .POST(BodyPublishers.ofString("a body"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(posted.body()).isEqualTo("hello");
        }
        assertThat(app.requests()).hasSize(3).allSatisfy(request -> {
            assertThat(request.headers("Upgrade")).isEmpty();
            assertThat(request.headers("HTTP2-Settings")).isEmpty();
        });
        assertThat(app.last().body()).asString().isEqualTo("a body");
    }

    @Test
    void curlThatOffersHttp2IsServed() throws Exception {
        try (TestGate gate = gate(OPEN)) {
            Process curl = new ProcessBuilder(
                            "curl",
                            "-sS",
                            "--http2",
                            "http://127.0.0.1:" + gate.address().getPort() + "/")
                    .redirectErrorStream(true)
                    .start();
            assertThat(new String(curl.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                    .isEqualTo("hello");
            assertThat(curl.waitFor()).isZero();
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # X-Forwarded-For from 127.0.0.1      | the client  | the chain
                                                  | 127.0.0.1   | 127.0.0.1
            203.0.113.7                           | 203.0.113.7 | 203.0.113.7, 127.0.0.1
            203.0.113.7, 10.1.2.3                 | 203.0.113.7 | 203.0.113.7, 10.1.2.3, 127.0.0.1
            198.51.100.9, 203.0.113.7, 10.1.2.3   | 203.0.113.7 | 203.0.113.7, 10.1.2.3, 127.0.0.1
            198.51.100.9, 203.0.113.7             | 203.0.113.7 | 203.0.113.7, 127.0.0.1
            10.0.0.1, 10.0.0.2                    | 10.0.0.1    | 10.0.0.1, 10.0.0.2, 127.0.0.1
            [2001:db8::7]:4711, ::ffff:10.1.2.3   | 2001:db8::7 | 2001:db8::7, 10.1.2.3, 127.0.0.1
            """)
    void xForwardedForIsTheClientAloneOrTheWholeChain(String header, String client, String chain) throws IOException {
        String[] lines = header == null ? new String[0] : new String[] {"X-Forwarded-For: " + header};
        try (TestGate gate = gate(BEHIND_A_PROXY)) {
            gate.getFrom("127.0.0.1", "/", lines);
        }
        assertThat(app.last().header("X-Forwarded-For")).isEqualTo(client);
        assertThat(app.last().header("X-Real-IP")).isEqualTo(client);

        try (TestGate gate =
                gate(BEHIND_A_PROXY.replace("upstream: APP", "upstream: {url: \"APP\", forwarded_chain: true}"))) {
            gate.getFrom("127.0.0.1", "/", lines);
        }
        assertThat(app.last().header("X-Forwarded-For")).isEqualTo(chain);
        assertThat(app.last().header("X-Real-IP")).isEqualTo(client);
    }

    @ParameterizedTest(name = "{0}: {1}, {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # from the trusted 127.0.0.1                                     | proto | host
            X-Forwarded-Proto: https                                         | https | localhost
            X-Forwarded-Proto: http                                          | http  | localhost
            X-Forwarded-Proto: HTTPS, http                                   | http  | localhost
            X-Forwarded-Proto: ftp                                           | http  | localhost
            X-Forwarded-Proto: https\\r\\nX-Forwarded-Proto: https           | http  | localhost
            X-Forwarded-Proto: https, https                                  | http  | localhost
            X_Forwarded_Proto: https                                         | http  | localhost
            X-Forwarded-Host: example.com:8443                               | http  | example.com:8443
            X-Forwarded-Host: a.example\\r\\nX-Forwarded-Host: b.example     | http  | localhost
            X-Forwarded-Host: a.example, b.example                           | http  | localhost
            X-Forwarded-Host: <script>                                       | http  | localhost
            X.Forwarded.Host: a.example                                      | http  | localhost
            """)
    void schemeAndHostAreBelievedFromATrustedProxyOnly(String headers, String proto, String host) throws IOException {
        String lines = headers.replace("\\r\\n", "\r\n");
        try (TestGate gate = gate(BEHIND_A_PROXY)) {
            gate.getFrom("127.0.0.1", "/", lines);
            assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo(proto);
            assertThat(app.last().header("X-Forwarded-Host")).isEqualTo(host);

            gate.getFrom("127.0.0.2", "/", lines);
            assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("http");
            assertThat(app.last().header("X-Forwarded-Host")).isEqualTo("localhost");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-Port",
                "X-Forwarded-Server",
                "X-Forwarded-Prefix",
                "X-Forwarded-Anything",
                "x-forwarded-",
                "Forwarded",
                "X_Forwarded_For",
                "X.Forwarded.For",
                "X_Forwarded-For",
                "X-Real_IP",
                "X_REAL_IP",
                "X.Real.IP",
                "forwarded",
                "CF-Connecting-IP",
                "CF_Connecting_IP",
                "cf.connecting.ip"
            })
    void everyOtherWordAboutTheClientIsDropped(String name) throws IOException {
        for (String peer : List.of("127.0.0.1", "127.0.0.2")) {
            try (TestGate gate = gate("""
                    upstream: APP
                    client_address: {trusted_proxies: [127.0.0.1], header: CF-Connecting-IP}
                    rules: [{allow: 127.0.0.0/8}, {allow: 198.51.100.66}]
                    """)) {
                gate.getFrom(peer, "/", name + ": 198.51.100.66");
            }
            assertThat(app.last().head().replace("X-Forwarded-For: ", "").replace("X-Real-IP: ", ""))
                    .doesNotContainIgnoringCase(name + ":");
        }
    }

    @Test
    void everythingElsePassesAsItIs() throws IOException {
        String odd = "a\tb c;\"q\\\"\" ,, =?utf-8?Q?=C3=A9?= \u00e9\u00ff\u0080 ~!@#$%^&*()[]{}|<>";
        try (TestGate gate = gate(OPEN)) {
            gate.getFrom(
                    "127.0.0.1",
                    "/",
                    "Authorization: Basic dXNlcjpwYXNz",
                    "Cookie: a=1; b=\"2\"; c",
                    "X-Odd: " + odd,
                    "X-Empty:",
                    "X_under_score: 1",
                    "X.dot: 1",
                    "!#$%&'*+-.^_`|~09: token",
                    "Accept-Encoding: br;q=1.0, gzip;q=0.8",
                    "Range: bytes=0-1",
                    "If-None-Match: W/\"x\"");
        }
        ScriptedApp.Request seen = app.last();
        assertThat(seen.header("Authorization")).isEqualTo("Basic dXNlcjpwYXNz");
        assertThat(seen.header("Cookie")).isEqualTo("a=1; b=\"2\"; c");
        assertThat(seen.header("X-Odd")).isEqualTo(odd);
        assertThat(seen.header("X-Empty")).isEmpty();
        assertThat(seen.header("X_under_score")).isEqualTo("1");
        assertThat(seen.header("X.dot")).isEqualTo("1");
        assertThat(seen.header("!#$%&'*+-.^_`|~09")).isEqualTo("token");
        assertThat(seen.header("Accept-Encoding")).isEqualTo("br;q=1.0, gzip;q=0.8");
        assertThat(seen.header("Range")).isEqualTo("bytes=0-1");
        assertThat(seen.header("If-None-Match")).isEqualTo("W/\"x\"");
    }

    @Test
    void manyLinesOfOneNameKeepTheirOrder() throws IOException {
        String[] lines = new String[127]; // more than Undertow can hold get a bare 400
        String[] values = new String[127];
        for (int i = 0; i < lines.length; i++) {
            values[i] = "value " + i;
            lines[i] = (i % 2 == 0 ? "X-Many: " : "x-many: ") + values[i];
        }
        try (TestGate gate = gate(OPEN)) {
            RawResponse answer = gate.getFrom("127.0.0.1", "/", lines);
            assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        }
        assertThat(app.last().headers("X-Many")).containsExactly(values);
    }
}
