package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies on their way down: whole, at once, at the client's pace, or visibly cut. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class ResponseBodyTest {

    @Parameter
    private Transport transport;

    private static final String OPEN = "upstream: APP\nrules: [{allow: 127.0.0.1}]\n";

    @TempDir
    private Path folder;

    private TestGate gate(ScriptedApp app) throws IOException {
        return TestGate.start(transport, folder, OPEN.replace("APP", app.url()));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # the app's answer                                                                                  | body
            HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello                                             | hello
            HTTP/1.1 200 OK\\r\\nContent-Length: 0\\r\\n\\r\\n                                                  | ''
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n2\\r\\nhe\\r\\n3\\r\\nllo\\r\\n0\\r\\n\\r\\n | hello
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: Chunked\\r\\n\\r\\n5;a=b\\r\\nhello\\r\\n0\\r\\nT: 1\\r\\n\\r\\n | hello
            HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n0\\r\\n\\r\\n                            | ''
            HTTP/1.1 204 No Content\\r\\n\\r\\n                                                                 | ''
            HTTP/1.1 204 No Content\\r\\nContent-Length: 0\\r\\n\\r\\n                                          | ''
            HTTP/1.1 304 Not Modified\\r\\nETag: x\\r\\n\\r\\n                                                  | ''
            HTTP/1.1 304 Not Modified\\r\\nETag: x\\r\\nContent-Length: 500\\r\\n\\r\\n                         | ''
            HTTP/1.1 404 Not Found\\r\\nContent-Length: 4\\r\\n\\r\\ngone                                       | gone
            HTTP/1.1 500 Oh\\r\\nContent-Length: 2\\r\\n\\r\\noh                                                | oh
            HTTP/1.1 599 \\r\\nContent-Length: 2\\r\\n\\r\\noh                                                  | oh
            """)
    void anAnswerPassesAndTheNextRequestToo(String answer, String body) throws IOException {
        try (ScriptedApp app = ScriptedApp.answering(answer.replace("\\r\\n", "\r\n"));
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            for (int i = 0; i < 3; i++) {
                RawResponse got = client.get("/" + i);
                assertThat(got.status()).isEqualTo(Integer.parseInt(answer.substring(9, 12)));
                assertThat(got.body()).isEqualTo(body);
            }
            assertThat(app.requests()).hasSize(3);
        }
    }

    @Test
    void headHasTheLengthAndNoBody() throws IOException {
        for (String framing : new String[] {"Content-Length: 500", "Transfer-Encoding: chunked", "X: 1"}) {
            try (ScriptedApp app = ScriptedApp.answering("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
                    TestGate gate = gate(app);
                    RawClient client = gate.connect()) {
                for (int i = 0; i < 3; i++) {
                    RawResponse answer = client.request("HEAD", "/");
                    assertThat(answer.status()).isEqualTo(200);
                    assertThat(answer.header("Content-Length")).isEqualTo(framing.startsWith("C") ? "500" : null);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "HTTP/1.0 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
            })
    void anAnswerMayEndWithItsConnection(String head) throws IOException {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say(head + "until ");
                    conversation.say("the end");
                });
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            for (int i = 0; i < 3; i++) { // in chunks, so that the client's connection stays
                RawResponse answer = client.get("/");
                assertThat(answer.header("Transfer-Encoding")).isEqualTo("chunked");
                assertThat(answer.body()).isEqualTo("until the end");
            }
        }
    }

    @Test
    void anAppThatClosesDoesNotCloseTheClient() throws IOException {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok");
                });
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            for (int i = 0; i < 5; i++) {
                RawResponse answer = client.request(i % 2 == 0 ? "GET" : "POST", "/");
                assertThat(answer.body()).isEqualTo("ok");
                assertThat(answer.header("Connection")).isNotEqualTo("close");
            }
            assertThat(app.connections()).isEqualTo(5);
        }
    }

    @Test
    void eventsArriveAtOnce() throws Exception {
        BlockingQueue<String> events = new ArrayBlockingQueue<>(10);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say(
                            "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        String event = events.take();
                        conversation.say(Integer.toHexString(event.length()) + "\r\n" + event + "\r\n");
                        if (event.isEmpty()) {
                            return;
                        }
                    }
                });
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            client.send("GET /events HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(200); // before there is any event
            for (int i = 0; i < 5; i++) {
                events.add("data: " + i + "\n\n");
                assertThat(new String(client.chunk(), StandardCharsets.UTF_8)).isEqualTo("data: " + i + "\n\n");
            }
            events.add("");
            assertThat(client.chunk()).isEmpty();
        }
    }

    @Test
    void theAppLearnsThatAClientOfAStreamIsGone() throws Exception {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                    while (true) {
                        conversation.say("2\r\nhi\r\n");
                        Thread.sleep(1);
                        if (conversation.in().available() > 0) {
                            throw new AssertionError("a request on a busy connection");
                        }
                    }
                });
                TestGate gate = gate(app)) {
            try (RawClient client = gate.connect()) {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
                client.readHead();
                client.chunk();
            }
            Eventually.holds("the app's connection is closed", () -> app.open() == 0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Content-Length: 20000000", "Transfer-Encoding: chunked"})
    void aSlowReaderGetsEveryByte(String framing) throws Exception {
        byte[] body = new byte[20_000_000];
        new Random(20).nextBytes(body);
        boolean sized = framing.startsWith("Content-Length");
        AtomicInteger said = new AtomicInteger();
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\n" + framing + "\r\n\r\n");
                    for (int from = 0; from < body.length; from += 100_000) {
                        conversation.say(sized ? "" : "186a0\r\n");
                        conversation.say(Arrays.copyOfRange(body, from, from + 100_000));
                        conversation.say(sized ? "" : "\r\n");
                        said.incrementAndGet();
                    }
                    conversation.say(sized ? "" : "0\r\n\r\n");
                    conversation.awaitEnd();
                });
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
            Eventually.holds("all buffers on the way are full", () -> {
                int before = said.get();
                Thread.sleep(20);
                return before > 0 && said.get() == before;
            });
            assertThat(Arrays.equals(client.read().bytes(), body)).isTrue();
        }
    }
}
