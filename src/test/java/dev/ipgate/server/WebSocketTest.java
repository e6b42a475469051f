package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
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
import org.junit.jupiter.params.provider.EnumSource;

/** Upgraded connections: after the handshake, bytes go both ways until either side closes. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"}) // bytes of HTTP/1.1
class WebSocketTest {

    @Parameter
    private Transport transport;

    private static final String HANDSHAKE = "GET /socket HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\n"
            + "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    private static final String SWITCHING = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
            + "Connection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n";

    @TempDir
    private Path folder;

    @AutoClose
    private ScriptedApp app;

    @AutoClose
    private TestGate gate;

    /** Greets at once, echoes, and ends with the client or when it hears a full stop. */
    @BeforeEach
    void start() throws IOException {
        app = ScriptedApp.start(conversation -> {
            conversation.next();
            conversation.say(SWITCHING + "hi");
            for (int c = conversation.in().read();
                    c >= 0 && c != '.';
                    c = conversation.in().read()) {
                conversation.say(new byte[] {(byte) c});
            }
        });
        gate = TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.1}]\n");
    }

    private static String read(RawClient client, int bytes) throws IOException {
        return new String(client.in().readNBytes(bytes), US_ASCII);
    }

    @Test
    void bytesGoBothWays() throws IOException {
        try (RawClient client = gate.connect()) {
            var answer = client.send(HANDSHAKE).readHead();
            assertThat(answer.status()).isEqualTo(101);
            assertThat(answer.header("Upgrade")).isEqualToIgnoringCase("websocket");
            assertThat(answer.header("Connection")).isEqualToIgnoringCase("upgrade");
            assertThat(answer.header("Sec-WebSocket-Accept")).isEqualTo("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
            assertThat(read(client, 2)).isEqualTo("hi"); // which the app sent together with its head

            for (String message : new String[] {"a", "b".repeat(1000), "c".repeat(100_000)}) {
                client.send(message);
                assertThat(read(client, message.length())).isEqualTo(message);
            }
        }
        assertThat(app.last().header("Upgrade")).isEqualTo("websocket");
        assertThat(app.last().header("Connection")).isEqualToIgnoringCase("upgrade");
        assertThat(app.last().header("Sec-WebSocket-Key")).isEqualTo("dGhlIHNhbXBsZSBub25jZQ==");
    }

    @Test
    void bytesBehindTheHandshakeAreNotLost() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(HANDSHAKE + "early");
            assertThat(client.readHead().status()).isEqualTo(101);
            assertThat(read(client, 7)).isEqualTo("hiearly");
        }
    }

    @Test
    void theClientMayClose() throws Exception {
        try (RawClient client = gate.connect()) {
            client.send(HANDSHAKE).readHead();
            read(client, 2);
        }
        Eventually.holds("the app's connection is closed", () -> app.open() == 0);
        Eventually.holds("the log has it", () -> gate.log().contains("\" 101 "));
        assertThat(gate.log().lines()).hasSize(1);
    }

    @Test
    void theAppMayClose() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(HANDSHAKE).readHead();
            client.send("bye.");
            assertThat(client.in().readNBytes(5)).asString(US_ASCII).isEqualTo("hibye");
            client.socket().shutdownOutput();
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void theDeniedGetNoHandshake() throws IOException {
        try (RawClient client = gate.connectFrom("127.0.0.2")) {
            assertThat(client.send(HANDSHAKE).read().status()).isEqualTo(403);
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void anAppThatDeclinesAnswersAsUsual() throws IOException {
        try (ScriptedApp plain = ScriptedApp.hello();
                TestGate other = TestGate.start(
                        transport, folder, "upstream: " + plain.url() + "\nrules: [{allow: 127.0.0.1}]\n");
                RawClient client = other.connect()) {
            assertThat(client.send(HANDSHAKE).read().body()).isEqualTo("hello");
        }
    }
}
