package dev.ipgate.server;

import static dev.ipgate.testing.SilentApp.readHead;
import static dev.ipgate.testing.Uploads.CHUNKED;
import static dev.ipgate.testing.Uploads.conf;
import static dev.ipgate.testing.Uploads.head;
import static dev.ipgate.testing.Uploads.sendChunk;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SilentApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
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

    @TempDir
    private Path folder;

    @AutoClose
    private final SilentApp app = SilentApp.start();

    private TestGate gate(String buffering, String limits) throws IOException {
        return TestGate.start(transport, folder, conf(app.url(), buffering, limits));
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
                assertThat(app.isContacted()).isFalse();
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
                assertThat(app.isContacted()).as(cut).isFalse();
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
