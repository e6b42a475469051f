package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.RawClient;
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
import org.junit.jupiter.params.provider.ValueSource;

/** A chunked request is read strictly: what two servers could read in two ways never reaches the app as a whole. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"}) // bytes of HTTP/1.1
class ChunkedRequestTest {

    @Parameter
    private Transport transport;

    private static final String HEAD = "POST /upload HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.1}]\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zz\r\nhello\r\n0\r\n\r\n",
                "\r\nhello\r\n0\r\n\r\n",
                "5hello\r\n0\r\n\r\n",
                "5\nhello\n0\n\n",
                "5\r\nhello0\r\n\r\n",
                "5\r\nhelloXX0\r\n\r\n",
                "-5\r\nhello\r\n0\r\n\r\n",
                "+5\r\nhello\r\n0\r\n\r\n",
                "0x5\r\nhello\r\n0\r\n\r\n",
                " 5\r\nhello\r\n0\r\n\r\n",
                "fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
                "5\r\nhello\r\n0\r\nbad trailer\r\n\r\n",
                "5\r\nhello\r\n0\r\nX: a\nY: b\r\n\r\n"
            })
    void aMalformedChunkIsRefusedAndTheConnectionClosed(String body) throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(HEAD + body + "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(app.seen()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0\\r\\n\\r\\n                                           | 0
            5\\r\\nhello\\r\\n0\\r\\n\\r\\n                         | 5
            5;name=value\\r\\nhello\\r\\n000\\r\\n\\r\\n             | 5
            A\\r\\n0123456789\\r\\n1\\r\\n!\\r\\n0\\r\\n\\r\\n   | 11
            """)
    void whatFollowsAWholeBodyIsTheNextRequest(String body, long bytes) throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(HEAD + body.replace("\\r\\n", "\r\n") + "GET /next HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(client.get("/third").status()).isEqualTo(200);
        }
        assertThat(app.seen()).extracting(App.Seen::target).containsExactly("/upload", "/next", "/third");
        assertThat(app.seen().get(0).bodyBytes()).isEqualTo(bytes);
    }

    @Test
    void aBodyThatBreaksOffIsNoWholeBody() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send(HEAD + "5\r\nhel");
            client.socket().shutdownOutput();
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(app.seen()).isEmpty();
    }
}
