package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
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
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** However a request ends: one line in the access log, and a page that the client can read. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class OutcomeLogTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    @AutoClose
    private ScriptedApp app;

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        app = ScriptedApp.start(conversation -> {
            while (true) {
                ScriptedApp.Request request = conversation.next();
                switch (request.target().replaceAll("\\?.*", "")) {
                    case "/drop" -> {
                        return;
                    }
                    case "/silent" -> conversation.awaitEnd();
                    case "/cut" -> {
                        conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                        return;
                    }
                    case "/switch" ->
                        conversation.say(
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
                    default -> conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                }
            }
        });
        gate = TestGate.start(transport, folder, """
                upstream: {url: "APP", response_timeout: 200ms, origin: upstream}
                limits: {request_body: 10B, header_bytes: 1KiB, idle_timeout: 300ms}
                rules: [{allow: 127.0.0.1}]
                """.replace("APP", app.url()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # request                                                                        | status
            GET / HTTP/1.1\\r\\n                                                             | 200
            HEAD / HTTP/1.1\\r\\n                                                            | 200
            POST / HTTP/1.1\\r\\nContent-Length: 3\\r\\n\\r\\nabc                            | 200
            GET /drop HTTP/1.1\\r\\n                                                         | 502
            GET /silent HTTP/1.1\\r\\n                                                       | 504
            GET /cut HTTP/1.1\\r\\n                                                          | 200
            GET /switch HTTP/1.1\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n       | 101
            TRACE / HTTP/1.1\\r\\n                                                           | 405
            GET / HTTP/1.1\\r\\nExpect: other\\r\\n                                          | 400
            GET / HTTP/1.1\\r\\nHost: unknown.example\\r\\n                                  | 421
            POST / HTTP/1.1\\r\\nOrigin: null\\r\\n                                          | 403
            PUT / HTTP/1.1\\r\\nContent-Length: 11\\r\\n                                     | 413
            PUT / HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nb\\r\\nhello world\\r\\n | 413
            PUT / HTTP/1.1\\r\\nContent-Length: 5\\r\\n\\r\\na                               | 408
            GET / HTTP/1.1\\r\\nX: LONG\\r\\n                                                | 431
            """)
    void eachOutcomeHasOneLine(String request, int outcome) throws Exception {
        int status = outcome == 101 && transport.isHttp2() ? 502 : outcome; // which has no upgrades
        String text = request.replace("\\r\\n", "\r\n").replace("LONG", "x".repeat(1100));
        int lineEnd = text.indexOf("\r\n") + 2;
        String host = text.contains("Host:") ? "" : "Host: localhost\r\n";
        String secrets = "Authorization: Basic c2VjcmV0\r\nCookie: session=c2VjcmV0\r\n";
        String end = text.contains("\r\n\r\n") ? "" : "\r\n";
        try (RawClient client = gate.connect()) {
            client.send(text.substring(0, lineEnd) + host + secrets + text.substring(lineEnd) + end);
            RawResponse head = client.readHead();
            assertThat(head.status()).isEqualTo(status);
            client.socket().shutdownOutput();
            client.readToEnd();
        }
        Eventually.holds("the log has a line", () -> !gate.log().isEmpty());
        try (RawClient marker = gate.connect()) { // whatever else there is to log is logged before this
            marker.get("/marker");
        }
        Eventually.holds("the log has the marker", () -> gate.log().contains("/marker"));
        assertThat(gate.log().lines()).hasSize(2);
        assertThat(gate.log()).contains("\" " + status + " ").doesNotContain("c2VjcmV0");
    }

    @ParameterizedTest(name = "{0}: {1} in {2}")
    @CsvSource(delimiter = '|', textBlock = """
            X: no preference                                                  | text/plain       | en
            Accept: */*                                                       | text/plain       | en
            Accept-Language: es                                               | text/plain       | es
            Accept: text/html                                                 | text/html        | en
            Accept: application/json                                          | application/json | en
            Accept: application/json\\r\\nAccept-Language: es-MX,en;q=0.5     | application/json | es
            Accept: text/html\\r\\nAccept-Language: es                        | text/html        | es
            Accept: text/html\\r\\nAccept-Language: en, es;q=0.9              | text/html        | en
            """)
    void thePageIsInTheFormatAndLanguageThatIsAskedFor(String lines, String type, String language) throws IOException {
        for (String path : new String[] {"/drop", "/silent"}) {
            RawResponse page = gate.getFrom("127.0.0.1", path, lines.replace("\\r\\n", "\r\n"));
            assertThat(page.header("Content-Type")).startsWith(type);
            assertThat(page.header("Content-Language")).isEqualTo(language);
            assertThat(page.header("Cache-Control")).isEqualTo("no-store");
            if (type.equals("application/json")) {
                assertThat(page.body()).startsWith("{").contains("\"status\":" + page.status());
            }
        }
    }

    @Test
    void textOfTheRequestIsEscaped() throws IOException {
        try (RawClient client = gate.connect()) {
            RawResponse page =
                    client.request("POST", "/", "Origin: <script>alert(\"1\")</script>", "Accept: text/html");
            assertThat(page.status()).isEqualTo(403);
            assertThat(page.body()).contains("&lt;script&gt;").doesNotContain("<script>");
        }
    }

    @Test
    void headGetsNoPage() throws IOException {
        try (RawClient client = gate.connectFrom("127.0.0.2")) {
            for (int i = 0; i < 3; i++) { // a body would be taken for the next answer
                RawResponse page = client.request("HEAD", "/");
                assertThat(page.status()).isEqualTo(403);
                assertThat(Integer.parseInt(String.valueOf(page.header("Content-Length"))))
                        .isPositive();
            }
        }
    }
}
