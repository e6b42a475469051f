package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies on their way up: whole, of any size, or not at all. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class RequestBodyTest {

    @Parameter
    private Transport transport;

    private static final String OPEN = "upstream: APP\nrules: [{allow: 127.0.0.1}]\n";
    private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

    @TempDir
    private Path folder;

    private TestGate gate(ScriptedApp app, String conf) throws IOException {
        return TestGate.start(transport, folder, conf.replace("APP", app.url()));
    }

    private static byte[] random(int bytes) {
        byte[] body = new byte[bytes];
        new Random(bytes).nextBytes(body); // the size is the seed
        return body;
    }

    private static String hash(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    private static byte[] chunked(byte[] body, int size) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int from = 0; from < body.length; from += size) {
            int length = Math.min(size, body.length - from);
            out.write((Integer.toHexString(length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(body, from, length);
            out.write('\r');
            out.write('\n');
        }
        out.write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        return out.toByteArray();
    }

    /** In pieces of the given size; every thousandth byte begins a packet of its own when the pieces are small. */
    private static void sendInPieces(RawClient client, byte[] bytes, int piece) throws IOException {
        client.socket().setTcpNoDelay(true);
        for (int from = 0; from < bytes.length; from += piece) {
            client.send(Arrays.copyOfRange(bytes, from, Math.min(bytes.length, from + piece)));
        }
    }

    @ParameterizedTest(name = "{0} bytes in pieces of {1}")
    @CsvSource(textBlock = """
            0,        1
            1,        1
            100,      1
            16383,    1000
            16384,    16384
            16385,    5000
            65536,    65536
            5000000,  100000
            """)
    void arriveWhole(int size, int piece) throws Exception {
        byte[] body = random(size);
        try (ScriptedApp app = ScriptedApp.answering(OK);
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            client.send("PUT /sized HTTP/1.1\r\nHost: a\r\nContent-Length: " + size + "\r\n\r\n");
            sendInPieces(client, body, piece);
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(app.last().header("Content-Length")).isEqualTo("" + size);
            assertThat(hash(app.last().body())).isEqualTo(hash(body));

            client.send("PUT /chunked HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
            sendInPieces(client, chunked(body, Math.max(1, size / 3)), piece);
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(app.last().headers("Content-Length")).doesNotContain("" + (size + 1));
            assertThat(hash(app.last().body())).isEqualTo(hash(body));

            assertThat(client.get("/after").status()).isEqualTo(200);
        }
    }

    @Test
    void aWholeRequestMayArriveByteByByte() throws IOException {
        try (ScriptedApp app = ScriptedApp.answering(OK);
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            String request = "POST /x?y HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: 1\r\n\r\n";
            sendInPieces(client, request.getBytes(StandardCharsets.US_ASCII), 1);
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(app.last().body()).asString().isEqualTo("abcde");
            assertThat(app.last().head()).doesNotContain("Trailer");
        }
    }

    @Test
    void anUploadThatBreaksOffNeverLooksWhole() throws Exception {
        CountDownLatch seen = new CountDownLatch(2);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.nextHead();
                    String rest = new String(conversation.in().readAllBytes(), StandardCharsets.ISO_8859_1);
                    if (!rest.endsWith("0\r\n\r\n")) {
                        seen.countDown();
                    }
                });
                TestGate gate = gate(app, OPEN)) {
            for (String framing :
                    new String[] {"Content-Length: 100\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"}) {
                try (RawClient client = gate.connect()) {
                    int asked = app.requests().size();
                    client.send("POST / HTTP/1.1\r\nHost: a\r\n" + framing);
                    Eventually.holds(
                            "the app has the head", () -> app.requests().size() > asked);
                }
            }
            Eventually.holds("the app has seen every end", () -> seen.getCount() == 0);
        }
    }

    @Test
    void expectationsAreMetByTheAppAndNotByTheGate() throws Exception {
        CountDownLatch clientMayAsk = new CountDownLatch(1);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    ScriptedApp.Request head = conversation.nextHead();
                    clientMayAsk.await();
                    conversation.say("HTTP/1.1 100 Continue\r\n\r\n");
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n"
                            + new String(conversation.readBody(head), StandardCharsets.US_ASCII));
                });
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
            Eventually.holds("the app has the head", () -> !app.requests().isEmpty());
            assertThat(client.in().available())
                    .as("a 100 that the app did not send")
                    .isZero();
            clientMayAsk.countDown();
            assertThat(client.read().status()).isEqualTo(100);
            client.send("body");
            assertThat(client.read().body()).isEqualTo("body");
        }
    }

    @Test
    void anExpectationThatTheAppDeclinesEndsInItsAnswer() throws Exception {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.nextHead();
                    conversation.say("HTTP/1.1 401 No\r\nContent-Length: 4\r\n\r\nnope");
                    conversation.awaitEnd();
                });
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
            RawResponse answer = client.read();
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.body()).isEqualTo("nope");
            assertThat(client.readToEnd()).isEmpty();
            Eventually.holds("the app's connection is closed", () -> app.ended() == 1);
        }
    }

    @Test
    void aRefusedClientIsNotAskedToContinue() throws IOException {
        try (ScriptedApp app = ScriptedApp.answering(OK);
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connectFrom("127.0.0.2")) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(403);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(app.connections()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anEarlyAnswerReachesTheClientThatIsStillSending(boolean appHangsUp) throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.nextHead();
                    conversation.in().readNBytes(100_000);
                    conversation.say("HTTP/1.1 413 Too much\r\nContent-Length: 8\r\n\r\ntoo much");
                    if (!appHangsUp) {
                        over.await();
                    }
                });
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            byte[] piece = random(100_000);
            try {
                for (int i = 0; i < 20; i++) {
                    client.send(piece);
                }
            } catch (SocketException e) {
                // the gate has closed already, which it may: the answer is there to be read
            }
            RawResponse answer = client.read();
            assertThat(answer.status()).isEqualTo(413);
            assertThat(answer.body()).isEqualTo("too much");
            assertThat(client.readToEnd()).isEmpty();
            over.countDown();
        }
    }

    @Test
    void pipelinedRequestsAreAnsweredInOrder() throws IOException {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    while (true) {
                        String body = conversation.next().target() + "!";
                        conversation.say("HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
                    }
                });
                TestGate gate = gate(app, OPEN);
                RawClient client = gate.connect()) {
            StringBuilder requests = new StringBuilder();
            for (int i = 0; i < 100; i++) {
                requests.append(
                        i % 3 == 0
                                ? "GET /" + i + " HTTP/1.1\r\nHost: a\r\n\r\n"
                                : i % 3 == 1
                                        ? "POST /" + i + " HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nGET"
                                        : "POST /" + i + " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
                                                + "2\r\nGE\r\n0\r\n\r\n");
            }
            client.send(requests.toString());
            for (int i = 0; i < 100; i++) {
                assertThat(client.read().body()).isEqualTo("/" + i + "!");
            }
        }
    }
}
