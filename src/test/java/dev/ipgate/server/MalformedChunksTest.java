package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** HTTP/1's chunks, when they are malformed or end too early, with and without {@code request_buffering}. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"})
class MalformedChunksTest {

    @Parameter
    private Transport transport;

    private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";

    @TempDir
    private Path folder;

    /** An app that does nothing by itself: the test accepts its connections, reads and answers. */
    private ServerSocket app;

    @BeforeEach
    void startApp() throws IOException {
        app = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        app.setSoTimeout(20_000);
    }

    @AfterEach
    void stopApp() throws IOException {
        app.close();
    }

    private TestGate gate(String buffering, String limits) throws IOException {
        return TestGate.start(transport, folder, conf("http://127.0.0.1:" + app.getLocalPort(), buffering, limits));
    }

    private static String conf(String url, String buffering, String limits) {
        return """
                upstream: {url: "URL", request_buffering: BUFFERING, response_timeout: 1m}
                rules: [{allow: 127.0.0.1}]
                limits: {LIMITS}
                """.replace("URL", url).replace("BUFFERING", buffering).replace("LIMITS", limits);
    }

    private static String head(String method, String... lines) {
        return method + " /upload HTTP/1.1\r\nHost: localhost\r\n" + String.join("", lines) + "\r\n";
    }

    private static void sendChunk(RawClient client, byte[] bytes, int from, int length) throws IOException {
        client.send(Integer.toHexString(length) + "\r\n");
        byte[] chunk = new byte[length + 2];
        System.arraycopy(bytes, from, chunk, 0, length);
        chunk[length] = '\r';
        chunk[length + 1] = '\n';
        client.send(chunk);
    }

    /** Whether anybody has connected to the app, which accepts nobody by itself. */
    private boolean isContacted() throws IOException {
        app.setSoTimeout(1);
        try {
            app.accept().close();
            return true;
        } catch (SocketTimeoutException e) {
            return false;
        } finally {
            app.setSoTimeout(20_000);
        }
    }

    private static String readHead(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            assertThat(next).as("the end of %s", head).isNotNegative();
            head.append((char) next);
        }
        return head.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"zz\r\nhello\r\n0\r\n\r\n", "5\r\nhelloXX0\r\n\r\n", "-5\r\nA: b\r\n\r\n", "\r\n\r\n"})
    void aMalformedBodyIsRefusedAndTheAppIsNotContacted(String malformed) throws IOException {
        for (int before : List.of(1, 200_000)) {
            try (TestGate gate = gate("chunked", "spool: 1MiB");
                    RawClient client = gate.connect()) {
                client.send(head("POST", CHUNKED));
                sendChunk(client, new byte[before], 0, before);
                client.send(malformed);

                assertThat(client.read().status()).isEqualTo(400);
                assertThat(client.isClosedByServer()).isTrue();
                assertThat(isContacted()).isFalse();
                Eventually.holds("the spool is empty", () -> gate.gate().spooledBytes() == 0);
            }
        }
    }

    @Test
    void aBodyThatIsCutShortIsRefusedAndTheAppIsNotContacted() throws IOException {
        for (String cut : List.of("5\r\nhello\r\n", "5\r\nhel", "5", "0\r\n", "0\r\nA: b\r\n")) {
            try (TestGate gate = gate("chunked", "spool: 1MiB");
                    RawClient client = gate.connect()) {
                client.send(head("POST", CHUNKED)).send(cut);
                client.socket().shutdownOutput();

                assertThat(client.read().status()).as(cut).isEqualTo(400);
                assertThat(isContacted()).as(cut).isFalse();
            }
        }
    }

    @Test
    void aMalformedBodyThatStreamsReachesTheAppCut() throws IOException {
        try (TestGate gate = gate("off", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("POST", CHUNKED)).send("5\r\nhello\r\n");
            try (Socket connection = app.accept()) {
                InputStream in = connection.getInputStream();
                readHead(in);
                assertThat(in.readNBytes(10)).asString(US_ASCII).isEqualTo("5\r\nhello\r\n");
                client.send("-5\r\nA: b\r\n\r\n"); // for Undertow, the last chunk

                assertThat(client.read().status()).isEqualTo(400);
                assertThat(in.readAllBytes()).isEmpty();
            }
        }
    }
}
