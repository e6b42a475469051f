package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Trust;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener with TLS, as curl, OpenSSL and Java see it. */
class TlsListenerTest {

    private static final String CONF = """
            listen: [{address: "127.0.0.1:0", tls: TLS}]
            upstream: APP
            rules: [{allow: 127.0.0.1}]
            """;

    /** Mozilla's intermediate profile, version 5.7, in OpenSSL's names, without its two of DHE. */
    private static final List<String> INTERMEDIATE = List.of(
            "ECDHE-ECDSA-AES128-GCM-SHA256",
            "ECDHE-ECDSA-AES256-GCM-SHA384",
            "ECDHE-ECDSA-CHACHA20-POLY1305",
            "ECDHE-RSA-AES128-GCM-SHA256",
            "ECDHE-RSA-AES256-GCM-SHA384",
            "ECDHE-RSA-CHACHA20-POLY1305",
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256");

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    private OpenSsl openSsl;

    @BeforeEach
    void start() throws IOException {
        openSsl = new OpenSsl(folder);
    }

    private TestGate gate(String tls) throws IOException {
        return TestGate.start(folder, conf(tls));
    }

    private String conf(String tls) {
        return CONF.replace("TLS", tls).replace("APP", app.url());
    }

    private RawClient connect(TestGate gate, String... certificates) throws Exception {
        List<Path> files = new ArrayList<>();
        for (String certificate : certificates) {
            files.add(folder.resolve(certificate));
        }
        return gate.connect().secure(Trust.in(files.toArray(Path[]::new)));
    }

    /** What s_client says, which sends a line and stays until the server closes. */
    private String sClient(TestGate gate, String... options) throws IOException {
        List<String> command = new ArrayList<>(
                List.of("s_client", "-connect", "127.0.0.1:" + gate.address().getPort()));
        command.addAll(List.of(options));
        return openSsl.talk("", command.toArray(String[]::new));
    }

    @ParameterizedTest
    @CsvSource({
        "--tlsv1.2 --tls-max 1.2, HTTP/2.0",
        "--tlsv1.3, HTTP/2.0",
        "--http1.0, HTTP/1.0",
        "--http1.1, HTTP/1.1",
        "--http2, HTTP/2.0"
    })
    void curlGetsItsAnswer(String options, String protocol) throws Exception {
        openSsl.rsa("a", "DNS:localhost,IP:127.0.0.1");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            assertThat(curl(gate, options)).isEqualTo("hello\n");
            assertThat(app.last().header("X-Forwarded-Proto")).isEqualTo("https");
            Eventually.holds("log", () -> gate.log().contains("GET / " + protocol + "\""));
        }
    }

    private String curl(TestGate gate, String options) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Programs.require("curl").toString(),
                "-sS",
                "--max-time",
                "20",
                "--cacert",
                folder.resolve("a.pem").toString(),
                "https://localhost:" + gate.address().getPort() + "/"));
        command.addAll(List.of(options.split(" ", -1)));
        Process curl = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(curl.getInputStream().readAllBytes(), UTF_8);
        assertThat(curl.waitFor()).as(output).isZero();
        return output;
    }

    @Test
    void javaGetsItsAnswers() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(Trust.in(folder.resolve("a.pem")))
                    .build();
            URI uri = URI.create("https://localhost:" + gate.address().getPort() + "/");
            for (int i = 0; i < 3; i++) {
                HttpResponse<String> response =
                        client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
                assertThat(response.body()).isEqualTo("hello\n");
            }
        }
    }

    @Test
    void acceptsTheSuitesOfMozillasIntermediateProfile() throws Exception {
        openSsl.rsa("rsa", "DNS:localhost");
        openSsl.ec("ec", "DNS:localhost");
        String pairs = "[" + OpenSsl.tls("rsa") + ", " + OpenSsl.tls("ec") + "]";
        try (TestGate gate = gate(pairs)) {
            TreeSet<String> accepted = new TreeSet<>();
            // the second list has what OpenSSL would otherwise not even offer
            String all =
                    openSsl.run("ciphers", "ALL:COMPLEMENTOFALL:@SECLEVEL=0").strip();
            for (String suite : all.split(":", -1)) {
                boolean ofThree = suite.startsWith("TLS_");
                String output = ofThree
                        ? sClient(gate, "-tls1_3", "-ciphersuites", suite)
                        : sClient(gate, "-tls1_2", "-cipher", suite + ":@SECLEVEL=0");
                if (output.contains("Cipher is " + suite)) {
                    accepted.add(suite);
                }
            }
            assertThat(accepted).containsExactlyElementsOf(INTERMEDIATE);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            -tls1,     false
            -tls1_1,   false
            -tls1_2,   true
            -tls1_3,   true
            """)
    void speaksTls12And13Only(String version, boolean spoken) throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            String output = sClient(gate, version, "-cipher", "ALL:@SECLEVEL=0");
            assertThat(output.contains("Cipher is (NONE)")).as(output).isNotEqualTo(spoken);
            assertThat(output.contains("BEGIN CERTIFICATE")).isEqualTo(spoken);
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            # asked for,         shown
            one.example,         CN = one
            ONE.example,         CN = one
            two.example,         CN = two
            a.wild.example,      CN = wild
            b.a.wild.example,    CN = one
            wild.example,        CN = one
            special.wild.example, CN = two
            nobody.example,      CN = one
            """)
    void theNameChoosesTheCertificate(String name, String subject) throws Exception {
        openSsl.ec("one", "DNS:one.example");
        openSsl.rsa("two", "DNS:two.example,DNS:special.wild.example"); // though the client likes the others' keys more
        openSsl.ec("wild", "DNS:*.wild.example");
        try (TestGate gate = gate("{certificates: [" + OpenSsl.tls("one") + ", " + OpenSsl.tls("two") + ", "
                + OpenSsl.tls("wild") + "]}")) {
            assertThat(sClient(gate, "-servername", name)).contains("subject=" + subject + "\n");
        }
    }

    @Test
    void withoutANameTheFirstCertificateIsShown() throws Exception {
        openSsl.ec("one", "DNS:one.example");
        openSsl.ec("two", "DNS:two.example");
        try (TestGate gate = gate("[" + OpenSsl.tls("one") + ", " + OpenSsl.tls("two") + "]")) {
            assertThat(sClient(gate, "-noservername")).contains("subject=CN = one\n");
        }
    }

    @Test
    void plainHttpIsToldThatThisPortIsForHttps() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"));
                RawClient client = gate.connect()) {
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("https://");
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(gate.gate().listeners().handshakeFailures()).isEqualTo(1);
            assertThat(app.seen()).isEmpty();
        }
    }

    @Test
    void tlsOnAPlainPortIsMalformed() throws Exception {
        try (TestGate gate =
                TestGate.start(folder, "upstream: APP\nrules: [{allow: 127.0.0.1}]\n".replace("APP", app.url()))) {
            assertThat(sClient(gate)).contains("Cipher is (NONE)");
            Eventually.holds("log", () -> gate.log().contains(" 400 "));
        }
    }

    @Test
    void aHandshakeThatStallsIsClosed() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = TestGate.start(folder, conf(OpenSsl.tls("a")) + "limits: {request_head_timeout: 1s}\n");
                RawClient silent = gate.connect();
                RawClient halfway = gate.connect()) {
            halfway.send("\u0016\u0003\u0001\u0002\u0000\u0001");
            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(halfway.isClosedByServer()).isTrue();
            Eventually.holds("counted", () -> gate.gate().listeners().handshakeFailures() == 2);
        }
    }

    @Test
    void aHandshakeThatDripsHasNoMoreTime() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        byte[] hello = new byte[5 + 512];
        System.arraycopy(new byte[] {0x16, 3, 1, 2, 0, 1, 0, 1, (byte) 0xFC}, 0, hello, 0, 9);
        int sent = 0;
        try (TestGate gate =
                        TestGate.start(folder, conf(OpenSsl.tls("a")) + "limits: {request_head_timeout: 500ms}\n");
                RawClient client = gate.connect()) {
            for (byte one : hello) {
                client.send(new byte[] {one});
                sent++;
                LockSupport.parkNanos(Duration.ofMillis(10).toNanos()); // a byte at a time
            }
        } catch (IOException e) {
            // closed, as it should be
        }
        assertThat(sent).isLessThan(hello.length);
    }

    @Test
    void nobodyRenegotiates() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            String output = openSsl.talk(
                    "R\n",
                    "s_client",
                    "-tls1_2",
                    "-connect",
                    "127.0.0.1:" + gate.address().getPort());
            assertThat(output).contains("RENEGOTIATING").doesNotContain("verify return:1\nDONE");
            assertThat(output).containsPattern("(no renegotiation|unexpected eof|write:errno|alert|reset)");
        }
    }

    @Test
    void aBodyOfAnySizePassesBothWays() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        byte[] body = new byte[30_000_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 + i / 1000);
        }
        try (App echo = App.start((self, exchange) -> {
                    byte[] all = exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, all.length);
                    exchange.getResponseBody().write(all);
                });
                TestGate gate = TestGate.start(
                        folder, CONF.replace("TLS", OpenSsl.tls("a")).replace("APP", echo.url()))) {
            HttpClient client = HttpClient.newBuilder()
                    .sslContext(Trust.in(folder.resolve("a.pem")))
                    .connectTimeout(Duration.ofSeconds(20))
                    .build();
            URI uri = URI.create("https://localhost:" + gate.address().getPort() + "/");
            for (int i = 0; i < 2; i++) {
                HttpResponse<byte[]> response = client.send(
                        HttpRequest.newBuilder(uri)
                                .POST(HttpRequest.BodyPublishers.ofByteArray(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
                assertThat(response.body()).isEqualTo(body);
            }
        }
    }

    @Test
    void requestsInOneRecordAreAllAnswered() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"));
                RawClient client = connect(gate, "a.pem")) {
            String request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";
            client.send(request.repeat(20));
            for (int i = 0; i < 20; i++) {
                assertThat(client.read().body()).isEqualTo("hello\n");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_2", "-tls1_3"})
    void theEndIsSaidBeforeTheConnectionCloses(String version) throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            for (String request : List.of(
                    "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                    "GET / HTTP/1.0\r\n\r\n",
                    "nonsense\r\n\r\n")) {
                String output = openSsl.talk(
                        request,
                        "s_client",
                        "-ign_eof",
                        version,
                        "-connect",
                        "127.0.0.1:" + gate.address().getPort());
                assertThat(output).contains("HTTP/1.1 ").contains("closed").doesNotContain("unexpected eof");
            }
        }
    }

    @Test
    void browsersAreToldToComeByHttpsIfThatIsWanted() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        String tls = OpenSsl.tls("a");
        try (App own = App.start((self, exchange) -> {
                    exchange.getResponseHeaders().set("Strict-Transport-Security", "max-age=1");
                    exchange.sendResponseHeaders(200, -1);
                });
                TestGate gate = TestGate.start(folder, conf(tls).replace(app.url(), own.url()))) {
            try (RawClient client = connect(gate, "a.pem")) {
                assertThat(client.get("/").header("strict-transport-security")).isEqualTo("max-age=1");
            }
            gate.reload(conf(tls.replace("}", ", hsts: 1y}")).replace(app.url(), own.url()));
            try (RawClient client = connect(gate, "a.pem");
                    RawClient denied = gate.connectFrom("127.0.0.2").secure(Trust.in(folder.resolve("a.pem")))) {
                RawResponse response = client.get("/");
                assertThat(response.headers().get("strict-transport-security")).containsExactly("max-age=31536000");
                assertThat(denied.get("/").header("strict-transport-security")).isEqualTo("max-age=31536000");
            }
        }
    }

    @Test
    void aClientMayLeaveWithoutCloseNotify() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        try (TestGate gate = gate(OpenSsl.tls("a"))) {
            RawClient bare = gate.connect();
            RawClient client = bare.secure(Trust.in(folder.resolve("a.pem")));
            assertThat(client.get("/").status()).isEqualTo(200);
            bare.socket().close();
            Eventually.holds("closed", () -> gate.gate().connections().count() == 0);
        }
    }

    @Test
    void aSlowReaderGetsEverything() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        byte[] body = new byte[5_000_000];
        try (App big = App.start((self, exchange) -> {
                    exchange.sendResponseHeaders(200, body.length);
                    exchange.getResponseBody().write(body);
                });
                TestGate gate = TestGate.start(
                        folder, CONF.replace("TLS", OpenSsl.tls("a")).replace("APP", big.url()));
                RawClient client = connect(gate, "a.pem")) {
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            client.readHead();
            ByteArrayOutputStream read = new ByteArrayOutputStream();
            byte[] some = new byte[200_000];
            while (read.size() < body.length) {
                int count = client.in().read(some);
                assertThat(count).isPositive();
                read.write(some, 0, count);
                Thread.onSpinWait();
            }
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }

    @Test
    void theDeniedAreToldOverTlsWithTheirBodyPending() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        SSLContext trust = Trust.in(folder.resolve("a.pem"));
        try (TestGate gate = gate(OpenSsl.tls("a"));
                RawClient client = gate.connectFrom("127.0.0.2").secure(trust)) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000000\r\n\r\n");
            client.send("x".repeat(100_000));
            assertThat(client.read().status()).isEqualTo(403);
            assertThat(app.seen()).isEmpty();
        }
    }

    @Test
    void theOwnOriginIsHttps() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        String conf = conf(OpenSsl.tls("a"))
                .replace("upstream: " + app.url(), "upstream: {url: \"" + app.url() + "\", origin: upstream}");
        try (TestGate gate = TestGate.start(folder, conf);
                RawClient client = connect(gate, "a.pem")) {
            assertThat(client.request("POST", "/", "Origin: https://localhost").status())
                    .isEqualTo(200);
            assertThat(app.last().header("Origin")).isEqualTo(app.url());
            assertThat(client.request("POST", "/", "Origin: http://localhost").status())
                    .isEqualTo(403);
        }
    }

    @Test
    void aConnectionIsForTheSiteThatItsNameSays() throws Exception {
        openSsl.ec("a", "DNS:localhost,DNS:other.example");
        String conf = conf(OpenSsl.tls("a")) + "sites: [{hosts: [other.example], upstream: \"" + app.url()
                + "\", rules: [{allow: 127.0.0.1}]}]\n";
        try (TestGate gate = TestGate.start(folder, conf);
                RawClient client = connect(gate, "a.pem")) {
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(client.get("/", "Host: other.example").status()).isEqualTo(421);
        }
    }

    @Test
    void aBalancerMaySayWhoseTheTlsConnectionIs() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        String conf = conf(OpenSsl.tls("a") + ", proxy_protocol: true")
                        .replace("rules: [{allow: 127.0.0.1}]", "rules: [{allow: 203.0.113.7}]")
                + "client_address: {trusted_proxies: [127.0.0.1]}\n";
        try (TestGate gate = TestGate.start(folder, conf);
                RawClient bare = gate.connect()) {
            bare.send("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\n");
            RawClient client = bare.secure(Trust.in(folder.resolve("a.pem")));
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(app.last().header("X-Forwarded-For")).isEqualTo("203.0.113.7");
        }
    }

    @Test
    void whatComesTogetherWithTheProxyHeaderIsReadAsTls() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        String conf =
                conf(OpenSsl.tls("a") + ", proxy_protocol: true") + "client_address: {trusted_proxies: [127.0.0.1]}\n";
        try (TestGate gate = TestGate.start(folder, conf);
                RawClient client = gate.connect()) {
            client.send("PROXY TCP4 203.0.113.7 203.0.113.1 4711 443\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n");
            RawResponse response = client.read(); // plain HTTP shows it as well
            assertThat(response.status()).isEqualTo(400);
            assertThat(response.body()).contains("https://");
        }
    }

    @Test
    void handshakesThatFailLeaveNothingBehind() throws Exception {
        openSsl.ec("a", "DNS:localhost");
        String strangers = "\u0016\u0003\u0001\u0000\u0005hello";
        try (TestGate gate = TestGate.start(folder, conf(OpenSsl.tls("a")) + "limits: {request_head_timeout: 1s}\n")) {
            List<RawClient> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(gate.connectFrom("127.0.0." + (1 + i)).send(strangers)); // not TLS
                clients.add(gate.connect().send("GET / HTTP/1.1\r\n\r\n")); // not TLS either
                clients.add(gate.connect().send("\u0016\u0003\u0001\u0002\u0000\u0001")); // stalls
                gate.connect().send("\u0016\u0003\u0001\u0002\u0000\u0001").close(); // leaves in the middle
                gate.connect().close(); // looks whether the port is open
                sClient(gate, "-tls1_1", "-cipher", "ALL:@SECLEVEL=0"); // no common version
                RawClient bare = gate.connect();
                assertThatThrownBy(() -> bare.secure(SSLContext.getDefault())).isInstanceOf(IOException.class);
                clients.add(bare); // does not like the certificate
            }
            Eventually.holds("all are gone", () -> gate.gate().connections().count() == 0);
            assertThat(gate.gate().connections().idle()).isZero();
            assertThat(gate.gate().connections().clients()).isZero();
            assertThat(gate.gate().listeners().handshakeFailures()).isEqualTo(60);
            for (RawClient client : clients) {
                assertThat(client.isClosedByServer()).isTrue();
            }
        }
    }
}
