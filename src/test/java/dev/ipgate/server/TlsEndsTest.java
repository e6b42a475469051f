package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Trust;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How a TLS connection's directions end: each by itself, and never so that a part looks like the whole. */
class TlsEndsTest {

    private static final String CONF = """
            listen: {address: "127.0.0.1:0", tls: {certificate: a.pem, private_key: a.key}}
            upstream: APP
            rules: [{allow: 127.0.0.1}]
            """;
    private static final int LARGE = 8_000_000; // more than the kernel takes off our hands

    @TempDir
    private Path folder;

    @BeforeEach
    void makeCertificate() throws IOException {
        new OpenSsl(folder).ec("a", "DNS:localhost");
    }

    /** Closing it says goodbye in TLS, and leaves the connection beneath open. */
    private SSLSocket secure(Socket bare, String version) throws Exception {
        SSLSocket secure = (SSLSocket) Trust.in(folder.resolve("a.pem"))
                .getSocketFactory()
                .createSocket(bare, "localhost", bare.getPort(), false);
        secure.setEnabledProtocols(new String[] {version});
        secure.startHandshake();
        return secure;
    }

    private static Socket connect(TestGate gate) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(16 * 1024); // before it connects, or it has no effect
        socket.connect(gate.address());
        socket.setSoTimeout(20_000);
        return socket;
    }

    private static App large() throws IOException {
        return App.start((self, exchange) -> {
            exchange.sendResponseHeaders(200, LARGE);
            exchange.getResponseBody().write(new byte[LARGE]);
        });
    }

    /** Bytes of the body until TLS says that no more comes; a connection that just ends fails the test. */
    private static long bodyBytes(InputStream in) throws IOException {
        int newlines = 0;
        while (newlines < 2) {
            int c = in.read();
            assertThat(c).isNotNegative();
            newlines = c == '\n' ? newlines + 1 : c == '\r' ? newlines : 0;
        }
        long count = 0;
        byte[] some = new byte[1000];
        for (int read = in.read(some); read >= 0; read = in.read(some)) {
            count += read;
        }
        return count;
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoHasSaidAllGetsTheWholeAnswer(String version) throws Exception {
        try (App app = large();
                TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()));
                Socket bare = connect(gate);
                SSLSocket client = secure(bare, version)) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
            client.shutdownOutput();
            assertThat(bare.isOutputShutdown()).isFalse();
            assertThat(bodyBytes(client.getInputStream())).isEqualTo(LARGE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aSlowReaderGetsTheEndOfTheLastAnswerToo(String version) throws Exception {
        try (App app = large();
                TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()));
                Socket bare = connect(gate);
                SSLSocket client = secure(bare, version)) {
            client.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".getBytes(ISO_8859_1));
            assertThat(bodyBytes(client.getInputStream())).isEqualTo(LARGE);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void whoLeavesWhileItsAnswerIsOwedIsNotWaitedFor(String version) throws Exception {
        AtomicInteger left = new AtomicInteger();
        try (RawApp app = RawApp.start(visit -> {
                    visit.head();
                    visit.awaitEnd();
                    left.incrementAndGet();
                });
                TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()));
                Socket bare = connect(gate);
                SSLSocket client = secure(bare, version)) {
            client.getOutputStream().write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(ISO_8859_1));
            Eventually.holds("the app is asked", () -> app.visits() == 1);
            client.shutdownOutput(); // and then, as those do who have gone:
            bare.shutdownOutput();
            Eventually.holds("the app is told", () -> left.get() == 1);
            Eventually.holds("closed", () -> gate.gate().connections().count() == 0);
        }
    }

    @ParameterizedTest(name = "{0}, {1}, says goodbye: {2}")
    @CsvSource(textBlock = """
            TLSv1.2, Content-Length: 100,         false
            TLSv1.3, Content-Length: 100,         false
            TLSv1.2, Transfer-Encoding: chunked,  false
            TLSv1.3, Transfer-Encoding: chunked,  false
            TLSv1.2, Content-Length: 100,         true
            TLSv1.3, Content-Length: 100,         true
            TLSv1.2, Transfer-Encoding: chunked,  true
            TLSv1.3, Transfer-Encoding: chunked,  true
            """)
    void aBodyThatWasCutIsNeverWholeToTheApp(String version, String framing, boolean goodbye) throws Exception {
        AtomicReference<String> got = new AtomicReference<>();
        try (RawApp app = RawApp.start(visit -> {
                    visit.head();
                    got.set(visit.awaitEnd());
                });
                TestGate gate = TestGate.start(folder, CONF.replace("APP", app.url()));
                Socket bare = connect(gate);
                SSLSocket client = secure(bare, version)) {
            String half = framing.startsWith("C") ? "half" : "4\r\nhalf\r\n";
            client.getOutputStream()
                    .write(("POST / HTTP/1.1\r\nHost: localhost\r\n" + framing + "\r\n\r\n" + half)
                            .getBytes(ISO_8859_1));
            Eventually.holds("the app is asked", () -> app.visits() == 1);
            if (goodbye) {
                client.shutdownOutput();
            } else {
                bare.shutdownOutput();
            }
            Eventually.holds("the gate hangs up", () -> got.get() != null);
            assertThat(got.get()).hasSizeLessThan(100).doesNotContain("\r\n0\r\n");
            Eventually.holds("closed", () -> gate.gate().connections().count() == 0);
        }
    }
}
