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
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients get when the app fails: a page or a visible cut, and nothing of anybody else's answer. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class AppFailureTest {

    @Parameter
    private Transport transport;

    private static final String OPEN = """
            upstream: {url: "APP", response_timeout: 300ms, keepalive: 1m}
            rules: [{allow: 127.0.0.1}]
            """;
    private static final String HELLO = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello";

    @TempDir
    private Path folder;

    private TestGate gate(String url) throws IOException {
        return TestGate.start(transport, folder, OPEN.replace("APP", url));
    }

    @Test
    void whereNothingListensThePageNamesTheAddress() throws IOException {
        ScriptedApp gone = ScriptedApp.hello();
        gone.close();
        try (TestGate gate = gate(gone.url());
                RawClient client = gate.connect()) {
            for (String method : new String[] {"GET", "POST"}) {
                RawResponse answer = client.request(method, "/");
                assertThat(answer.status()).isEqualTo(502);
                assertThat(answer.body()).contains("127.0.0.1:" + gone.port());
            }
        }
    }

    /** The first connection's first answer is bad; all else is well. */
    private static ScriptedApp badOnce(String bytes, boolean close) throws IOException {
        return ScriptedApp.start(conversation -> {
            conversation.next();
            if (conversation.number() == 1) {
                conversation.say(bytes);
                if (close) {
                    return;
                }
                conversation.awaitEnd();
            }
            conversation.say(HELLO);
            while (true) {
                conversation.next();
                conversation.say(HELLO);
            }
        });
    }

    @ParameterizedTest(name = "{0}, then the app closes: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            ''                                                                                       | true
            garbage\\r\\n\\r\\n                                                                      | false
            \\r\\n\\r\\n\\r\\n                                                                       | true
            HTTP/1.1                                                                                 | true
            HTTP/1.1 200 OK\\r\\nContent-Le                                                          | true
            HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n                                             | true
            HTTP/1.1 abc OK\\r\\nContent-Length: 0\\r\\n\\r\\n                                       | false
            HTTP/1.1 20 OK\\r\\nContent-Length: 0\\r\\n\\r\\n                                        | false
            HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n\\r\\n | false
            HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nsecret          | false
            HTTP/1.1 200 OK\\r\\nContent-Length: 6\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\nsecret | false
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked, gzip\\r\\n\\r\\nsecret                  | false
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: gzip\\r\\n\\r\\nsecret                           | false
            HTTP/1.1 200 OK\\r\\nContent-Length: -6\\r\\n\\r\\nsecret                                | false
            HTTP/1.1 200 OK\\r\\nContent-Length: +6\\r\\n\\r\\nsecret                                | false
            HTTP/1.1 200 OK\\r\\nContent-Length: 6x\\r\\n\\r\\nsecret                                | false
            HTTP/1.1 200 OK\\r\\nContent-Length: 99999999999999999999\\r\\n\\r\\nsecret              | false
            """)
    void nonsenseIsA502AndTheNextRequestIsFine(String bytes, boolean close) throws IOException {
        try (ScriptedApp app = badOnce(bytes.replace("\\r\\n", "\r\n"), close);
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            RawResponse bad = client.get("/");
            assertThat(bad.status()).isEqualTo(502);
            assertThat(bad.body()).doesNotContain("secret");
            assertThat(client.get("/").body()).isEqualTo("hello");
            assertThat(app.connections()).isEqualTo(2);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"
            })
    void anAnswerThatBreaksOffNeverLooksWhole(String half) throws IOException {
        for (String line : new String[] {"X: 1", "Connection: close"}) {
            try (ScriptedApp app = badOnce(half, true);
                    TestGate gate = gate(app.url());
                    RawClient client = gate.connect()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n" + line + "\r\n\r\n");
                String all = client.readToEnd();
                if (!all.isEmpty()) {
                    assertThat(all)
                            .startsWith("HTTP/1.1 200 ")
                            .doesNotContain("\r\n0\r\n")
                            .doesNotContainIgnoringCase("Content-Length: 4\r\n")
                            .containsPattern("(?i)Content-Length: 100|chunked");
                }
                assertThat(gate.getFrom("127.0.0.1", "/").body()).isEqualTo("hello");
            }
        }
    }

    @Test
    void aSilentAppIsA504() throws Exception {
        try (ScriptedApp app = badOnce("", false);
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(504);
            Eventually.holds("the app's connection is closed", () -> app.ended() == 1);
            assertThat(client.get("/").body()).isEqualTo("hello");
        }
    }

    @Test
    void anAppThatFallsSilentWithinItsAnswerIsCut() throws IOException {
        try (ScriptedApp app = badOnce("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf", false);
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readToEnd()).endsWith("half");
        }
    }

    /** The bytes behind an answer are nobody's answer. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
                "HTTP/1.1 204 No\r\n\r\n",
                "HTTP/1.1 304 No\r\nContent-Length: 10\r\n\r\n"
            })
    void whatFollowsAnAnswerNeverReachesTheNextClient(String first) throws Exception {
        try (ScriptedApp app = badOnce(first + "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret", false);
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\n".repeat(3));
            assertThat(client.read().status()).isEqualTo(Integer.parseInt(first.substring(9, 12)));
            assertThat(client.read().body()).isEqualTo("hello");
            assertThat(client.read().body()).isEqualTo("hello");
        }
    }

    @Test
    void whatFollowsAnAnswerNeverReachesWhoWaitedForTheConnection() throws Exception {
        CountDownLatch go = new CountDownLatch(1);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    while (true) {
                        conversation.next();
                        go.await();
                        conversation.say(HELLO + (conversation.number() == 1 ? HELLO.replace("hello", "fraud") : ""));
                    }
                });
                TestGate gate = TestGate.start(
                        transport,
                        folder,
                        OPEN.replace("APP\"", app.url() + "\", max_connections: 1")
                                .replace("300ms", "1m"))) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                clients.add(gate.connect().send("GET / HTTP/1.1\r\nHost: a\r\n\r\n"));
            }
            Eventually.holds("one has it, the other waits", () -> app.requests().size() == 1);
            go.countDown();
            for (RawClient client : clients) {
                RawResponse answer = client.read();
                assertThat(answer.body()).isNotEqualTo("fraud");
                client.close();
            }
        }
    }

    @Test
    void aHeadAnswerWithABodyDoesNotLeakIt() throws IOException {
        try (ScriptedApp app = badOnce(
                        "HTTP/1.1 200 OK\r\nContent-Length: 45\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret",
                        false);
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            client.send("HEAD / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswerTo("HEAD").status()).isEqualTo(200);
            assertThat(client.read().body()).isEqualTo("hello");
        }
    }

    @ParameterizedTest
    @CsvSource({"GET, 200", "HEAD, 200", "OPTIONS, 200", "POST, 502", "PUT, 502", "DELETE, 502"})
    void aConnectionThatClosesAsItIsReusedIsReplacedForSafeMethods(String method, int status) throws IOException {
        CountDownLatch never = new CountDownLatch(1);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                    conversation.next();
                    if (conversation.number() == 1) {
                        conversation.reset();
                        return;
                    }
                    never.await();
                });
                TestGate gate = gate(app.url());
                RawClient client = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(200);
            client.send(method + " / HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(client.readAnswerTo(method).status()).isEqualTo(status);
            assertThat(app.connections()).isEqualTo(status == 200 ? 2 : 1);
        }
    }
}
