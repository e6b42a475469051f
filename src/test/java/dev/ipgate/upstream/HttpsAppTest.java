package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Certificates;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Apps that are spoken to with TLS. */
@Timeout(120)
class HttpsAppTest {

    private static final int LARGE = 20_000_000;

    @TempDir
    private static Path keys;

    private static Certificates certificates = new Certificates(Path.of(""));

    @TempDir
    private Path folder;

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(keys);
        certificates.authority("ca");
        certificates.authority("stranger");
        certificates.server("good", "ip:127.0.0.1,dns:localhost", "-signer", "ca");
        certificates.server("other", "ip:127.0.0.9,dns:other.example.com", "-signer", "ca");
        certificates.server("old", "ip:127.0.0.1,dns:localhost", "-signer", "ca", "-startdate", "-10d");
        certificates.server("early", "ip:127.0.0.1,dns:localhost", "-signer", "ca", "-startdate", "+10d");
        certificates.server("own", "ip:127.0.0.1,dns:localhost");
        certificates.server("own-old", "ip:127.0.0.1,dns:localhost", "-startdate", "-10d");
        for (String name : new String[] {"ca", "stranger", "own", "own-old"}) {
            certificates.pem(name, name + ".pem");
        }
        certificates.pem("stranger", "both.pem");
        certificates.pem("ca", "both.pem");
    }

    private TestGate gate(String url, String tls) throws IOException {
        return TestGate.start(folder, conf(url, tls));
    }

    private static String conf(String url, String tls) {
        return """
                upstream: {url: "%s", tls: {%s}}
                rules: [{allow: 127.0.0.1}]
                """.formatted(url, tls.replace("KEYS", keys.toString()));
    }

    @ParameterizedTest(name = "{0} by {1} at {2}: {3}")
    @CsvSource(textBlock = """
            # certificate, believed,                  host,      status
            good,          ca_file: KEYS/ca.pem,       127.0.0.1, 200
            good,          ca_file: KEYS/ca.pem,       localhost, 200
            good,          ca_file: KEYS/both.pem,     127.0.0.1, 200
            good,          ca_file: KEYS/stranger.pem, 127.0.0.1, 502
            good,          verify: true,               127.0.0.1, 502
            other,         ca_file: KEYS/ca.pem,       127.0.0.1, 502
            other,         ca_file: KEYS/ca.pem,       localhost, 502
            old,           ca_file: KEYS/ca.pem,       127.0.0.1, 502
            early,         ca_file: KEYS/ca.pem,       127.0.0.1, 502
            own,           ca_file: KEYS/own.pem,      127.0.0.1, 200
            own,           ca_file: KEYS/ca.pem,       127.0.0.1, 502
            own-old,       ca_file: KEYS/own-old.pem,  127.0.0.1, 502
            good,          verify: false,              127.0.0.1, 200
            other,         verify: false,              localhost, 200
            old,           verify: false,              127.0.0.1, 200
            own-old,       verify: false,              127.0.0.1, 200
            """)
    void onlyAnAppThatCanShowWhoItIsGetsTheRequest(String certificate, String believed, String host, int status)
            throws Exception {
        try (App app = App.startTls(certificates.identity(certificate), App::hello);
                TestGate gate = gate("https://" + host + ":" + app.port(), believed)) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(status);
            assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
        }
    }

    @Test
    void anAppThatSpeaksPlainHttpIsNotSpokenTo() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                TestGate gate = gate("https://127.0.0.1:" + plain.getLocalPort(), "verify: false")) {
            TlsApp.daemon(() -> {
                try (Socket socket = plain.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
                    socket.getInputStream().readAllBytes();
                } catch (IOException e) {
                    // the gate is gone, and that is all that matters
                }
            });
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(502);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void largeBodiesArriveAsTheyWereSent(String version) throws Exception {
        byte[] body = new byte[LARGE];
        new Random(7).nextBytes(body);
        try (TlsApp app = TlsApp.start(version, (in, out) -> {
                    String head = head(in);
                    boolean upload = head.startsWith("PUT");
                    byte[] answer = upload ? hash(in.readNBytes(LARGE)).getBytes(ISO_8859_1) : body;
                    out.write(
                            ("HTTP/1.1 200 OK\r\nContent-Length: " + answer.length + "\r\n\r\n").getBytes(ISO_8859_1));
                    out.write(answer);
                    out.flush();
                    return true;
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + LARGE + "\r\n\r\n");
            client.send(body);
            assertThat(client.read().body()).isEqualTo(hash(body));

            assertThat(hash(client.get("/").bytes())).isEqualTo(hash(body));
            assertThat(app.connections()).isEqualTo(1);
        }
    }

    @Test
    void aConnectionServesManyRequests() throws Exception {
        Set<InetSocketAddress> peers = ConcurrentHashMap.newKeySet();
        try (App app = App.startTls(certificates.identity("good"), (self, exchange) -> {
                    peers.add(peer(exchange));
                    App.hello(self, exchange);
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            for (int i = 0; i < 100; i++) {
                assertThat(client.get("/" + i).body()).isEqualTo("hello\n");
            }
            assertThat(peers).hasSize(1);
        }
    }

    private static InetSocketAddress peer(HttpExchange exchange) {
        return exchange.getRemoteAddress();
    }

    @Test
    void anIdleConnectionThatTheAppClosesIsNotUsedAgain() throws Exception {
        try (TlsApp app = TlsApp.start("TLSv1.3", (in, out) -> {
                    head(in);
                    out.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi".getBytes(ISO_8859_1));
                    out.flush();
                    return false;
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/").body()).isEqualTo("hi");
            }
            assertThat(app.connections()).isEqualTo(20);
        }
    }

    @Test
    void bytesBehindAnAnswerReachNobody() throws Exception {
        try (TlsApp app = TlsApp.start("TLSv1.3", (in, out) -> {
                    head(in);
                    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
                    out.write((answer + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil").getBytes(ISO_8859_1));
                    out.flush();
                    return true;
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            for (int i = 0; i < 20; i++) {
                assertThat(client.get("/").body()).isEqualTo("hi");
            }
            assertThat(app.connections()).isEqualTo(20);
        }
    }

    @ParameterizedTest(name = "with close_notify: {0}")
    @ValueSource(booleans = {true, false})
    void anAnswerWithoutALengthIsCompleteOnlyIfTlsSaysSo(boolean closeNotify) throws Exception {
        try (TlsApp app = TlsApp.start("TLSv1.3", closeNotify, (in, out) -> {
                    head(in);
                    out.write("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nthe whole answer".getBytes(ISO_8859_1));
                    out.flush();
                    return false;
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            String received = new String(readToTheEndOrLastChunk(client), ISO_8859_1);

            assertThat(received).contains("the whole answer");
            assertThat(received.endsWith("0\r\n\r\n")).isEqualTo(closeNotify);
        }
    }

    private static byte[] readToTheEndOrLastChunk(RawClient client) throws IOException {
        byte[] received = new byte[10_000];
        int length = 0;
        int read = 0;
        while (read >= 0 && !new String(received, 0, length, ISO_8859_1).endsWith("0\r\n\r\n")) {
            try {
                read = client.in().read(received, length, received.length - length);
            } catch (java.net.SocketException e) {
                read = -1; // a reset is an end too
            }
            length += Math.max(0, read);
        }
        return Arrays.copyOf(received, length);
    }

    @ParameterizedTest
    @ValueSource(strings = {"TLSv1.2", "TLSv1.3"})
    void aWebSocketPassesBothWays(String version) throws Exception {
        try (TlsApp app = TlsApp.start(version, (in, out) -> {
                    head(in);
                    out.write(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly"
                                    .getBytes(ISO_8859_1));
                    out.flush();
                    in.transferTo(out);
                    out.flush();
                    return false;
                });
                TestGate gate = gate(app.url(), "ca_file: KEYS/ca.pem");
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
            assertThat(client.readHead().status()).isEqualTo(101);
            assertThat(client.in().readNBytes(5)).asString().isEqualTo("early");

            byte[] sent = new byte[300_000];
            new Random(11).nextBytes(sent);
            Thread sender = new Thread(() -> {
                try {
                    client.send(sent);
                    client.socket().shutdownOutput();
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            sender.start();
            assertThat(hash(client.in().readNBytes(sent.length))).isEqualTo(hash(sent));
            sender.join();
        }
    }

    @Test
    void newContentOfTheCaFileCountsAfterAReload() throws Exception {
        Path file = folder.resolve("believed.pem");
        Files.copy(keys.resolve("stranger.pem"), file);
        try (App app = App.startTls(certificates.identity("good"), App::hello);
                TestGate gate = gate(app.url(), "ca_file: believed.pem")) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(502);

            Files.writeString(file, Files.readString(keys.resolve("ca.pem")));
            assertThat(gate.reload(conf(app.url(), "ca_file: believed.pem"))).contains("upstream changed");

            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void anAppThatNeverShakesHandsIsGivenUp() throws Exception {
        try (ServerSocket mute = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
                App up = App.startTls(certificates.identity("good"), App::hello);
                TestGate gate =
                        TestGate.start(folder, """
                        upstream:
                          urls: ["https://127.0.0.1:%d", "%s"]
                          connect_timeout: 4s
                          tls: {ca_file: "%s"}
                        rules: [{allow: 127.0.0.1}]
                        """.formatted(mute.getLocalPort(), up.url(), keys.resolve("ca.pem")))) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
            RawResponse second = gate.getFrom("127.0.0.1", "/");
            assertThat(second.status()).isEqualTo(200);
            assertThat(up.seen()).hasSize(2);
        }
    }

    @Test
    void theHostIsTheOneOfTheUrl() throws Exception {
        try (App app = App.startTls(certificates.identity("good"), App::hello);
                TestGate gate = TestGate.start(folder, """
                        upstream: {url: "https://localhost:%d", host_header: upstream, origin: upstream, tls: {ca_file: "%s"}}
                        rules: [{allow: 127.0.0.1}]
                        """.formatted(app.port(), keys.resolve("ca.pem")))) {
            gate.getFrom("127.0.0.1", "/", "Host: localhost", "Origin: http://localhost");

            assertThat(app.last().header("Host")).isEqualTo("localhost:" + app.port());
            assertThat(app.last().header("Origin")).isEqualTo("https://localhost:" + app.port());
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int c = in.read();
            if (c < 0) {
                throw new IOException("the connection ended");
            }
            head.append((char) c);
        }
        return head.toString();
    }

    private static String hash(byte[] bytes) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException(e);
        }
    }

    /** An app on bare TLS sockets, which says exactly what a test wants it to say. */
    private static final class TlsApp implements AutoCloseable {

        /** Serves one request; returns whether the connection stays open. */
        interface Turn {
            boolean serve(InputStream in, OutputStream out) throws IOException;
        }

        private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        private final AtomicInteger connections = new AtomicInteger();
        private final SSLContext identity;
        private final String version;
        private final boolean closeNotify;
        private final Turn turn;

        private TlsApp(SSLContext identity, String version, boolean closeNotify, Turn turn) throws IOException {
            this.identity = identity;
            this.version = version;
            this.closeNotify = closeNotify;
            this.turn = turn;
        }

        static TlsApp start(String version, Turn turn) throws Exception {
            return start(version, true, turn);
        }

        static TlsApp start(String version, boolean closeNotify, Turn turn) throws Exception {
            TlsApp app = new TlsApp(certificates.identity("good"), version, closeNotify, turn);
            daemon(app::accept);
            return app;
        }

        String url() {
            return "https://127.0.0.1:" + server.getLocalPort();
        }

        int connections() {
            return connections.get();
        }

        private void accept() {
            try {
                while (true) {
                    Socket socket = server.accept();
                    connections.incrementAndGet();
                    daemon(() -> serve(socket));
                }
            } catch (IOException closed) {
                // the test is over
            }
        }

        private void serve(Socket socket) {
            try (socket) {
                SSLSocket tls = (SSLSocket)
                        identity.getSocketFactory().createSocket(socket, "127.0.0.1", socket.getPort(), false);
                SSLParameters parameters = tls.getSSLParameters();
                parameters.setProtocols(new String[] {version});
                tls.setSSLParameters(parameters);
                tls.setUseClientMode(false);
                boolean open = true;
                while (open) {
                    open = turn.serve(tls.getInputStream(), tls.getOutputStream());
                }
                if (closeNotify) {
                    tls.close();
                }
            } catch (IOException gone) {
                // the gate closed the connection, or did not like the certificate
            }
        }

        private static void daemon(Runnable work) {
            Thread thread = new Thread(work, "tls-app");
            thread.setDaemon(true);
            thread.start();
        }

        @Override
        public void close() throws IOException {
            server.close();
        }
    }
}
