package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.client.ProxyHeaders;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.HaproxyServer;
import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener whose connections begin with a PROXY header: who is believed, and who the client is then. */
class ProxyProtocolTest {

    private static final String CLIENT = "PROXY TCP4 203.0.113.7 192.0.2.1 50000 443\r\n";
    private static final String REQUEST = "GET /path HTTP/1.1\r\nHost: a\r\n\r\n";

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    /** 127.0.0.1 and 10.0.0.0/8 are trusted proxies; whom the documentation's networks stand for is allowed. */
    private String conf() {
        return """
                listen: {address: "127.0.0.1:0", proxy_protocol: true}
                upstream: APP
                client_address: {trusted_proxies: [127.0.0.1, 10.0.0.0/8]}
                rules: [{allow: 203.0.113.0/24}, {allow: "2001:db8::/32"}]
                """.replace("APP", app.url());
    }

    private TestGate gate() throws IOException {
        return TestGate.start(folder, conf());
    }

    private static RawResponse ask(TestGate gate, byte[] header, String... lines) throws IOException {
        try (RawClient client = gate.connect()) {
            return client.send(header).get("/path", lines);
        }
    }

    private static RawResponse ask(TestGate gate, String header, String... lines) throws IOException {
        return ask(gate, header.getBytes(ISO_8859_1), lines);
    }

    private String forwardedFor() {
        return String.valueOf(app.requests().get(app.requests().size() - 1).header("X-Forwarded-For"));
    }

    @Test
    void theClientIsWhomTheHeaderNames() throws IOException {
        try (TestGate gate = gate()) {
            assertThat(ask(gate, CLIENT).status()).isEqualTo(200);
            assertThat(forwardedFor()).isEqualTo("203.0.113.7");

            byte[] version2 = ProxyHeaders.version2(
                    ProxyHeaders.PROXY, ProxyHeaders.TCP6, ProxyHeaders.addresses("2001:db8::7", new byte[300]));
            assertThat(ask(gate, version2).status()).isEqualTo(200);
            assertThat(forwardedFor()).isEqualTo("2001:db8::7");

            RawResponse denied = ask(gate, CLIENT.replace("203.0.113.7", "198.51.100.9"));
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.body()).contains("198.51.100.9");
            assertThat(app.requests()).hasSize(2);
            Eventually.holds("the log names the client", () -> gate.log().contains("2001:db8::7"));
        }
    }

    @Test
    void theHeaderMayComeInPiecesAndTheRequestWithIt() throws IOException {
        try (TestGate gate = gate();
                RawClient drip = gate.connect();
                RawClient gush = gate.connect()) {
            for (char c : (CLIENT + "GET /a").toCharArray()) {
                drip.send(String.valueOf(c));
            }
            drip.send(" HTTP/1.1\r\nHost: a\r\n\r\n");
            assertThat(drip.read().status()).isEqualTo(200);
            assertThat(drip.get("/again").status()).isEqualTo(200);

            gush.send(CLIENT + REQUEST + REQUEST);
            assertThat(gush.read().status()).isEqualTo(200);
            assertThat(gush.read().status()).isEqualTo(200);
            assertThat(gush.get("/again").status()).isEqualTo(200);
        }
    }

    @Test
    void aStrangerIsClosedWhateverItSends() throws IOException {
        try (TestGate gate = gate();
                RawClient stranger = gate.connectFrom("127.0.0.2")) {
            assertThat(stranger.send(CLIENT + REQUEST).readToEnd()).isEmpty();
            assertThat(gate.gate().proxyHeadersRefused()).isEqualTo(1);
        }
        assertThat(app.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                REQUEST,
                "PROXY TCP4 203.0.113.7 192.0.2.1 50000\r\n" + REQUEST,
                "PROXY TCP4 203.0.113.07 192.0.2.1 50000 443\r\n" + REQUEST,
                "PROXY TCP4 203.0.113.7 192.0.2.1 50000 443\n" + REQUEST,
                "\u0016\u0003\u0001\u0002\u0000",
            })
    void whatIsNoHeaderIsClosedWithoutAnAnswer(String sent) throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            assertThat(client.send(sent).readToEnd()).isEmpty();
            assertThat(gate.gate().proxyHeadersRefused()).isEqualTo(1);
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void aHeaderThatBreaksOffIsClosed() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            client.send(CLIENT.substring(0, 20)).socket().shutdownOutput();
            assertThat(client.isClosedByServer()).isTrue();
            assertThat(gate.gate().proxyHeadersRefused()).isEqualTo(1);
        }
    }

    @Test
    void aHeaderThatDoesNotComeIsWaitedForFiveSeconds() throws IOException {
        try (TestGate gate = gate();
                RawClient silent = gate.connect();
                RawClient slow = gate.connect()) {
            slow.send(CLIENT.substring(0, 20));
            assertThat(silent.isClosedByServer()).isTrue();
            assertThat(slow.isClosedByServer()).isTrue();
            assertThat(gate.gate().proxyHeadersRefused()).isEqualTo(2);
        }
    }

    @Test
    void aSecondHeaderIsARequestThatIsMalformed() throws IOException {
        byte[] version2 =
                ProxyHeaders.version2(ProxyHeaders.PROXY, ProxyHeaders.TCP4, ProxyHeaders.addresses("203.0.113.8"));
        try (TestGate gate = gate();
                RawClient twice = gate.connect();
                RawClient mixed = gate.connect()) {
            assertThat(twice.send(CLIENT + CLIENT + REQUEST).read().status()).isEqualTo(400);
            mixed.send(CLIENT).send(version2).send(REQUEST);
            assertThat(mixed.read().status()).isEqualTo(400);
        }
        assertThat(app.connections()).isZero();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            # what,    command, family, bytes
            UNSPEC,    0x21,    0x00,   0
            unix,      0x21,    0x31,   216
            """)
    void aClientWithoutAnAddressIsRefused(String what, int command, int family, int bytes) throws IOException {
        try (TestGate gate = gate()) {
            RawResponse refused = ask(gate, ProxyHeaders.version2(command, family, new byte[bytes]));

            assertThat(refused.status()).as(what).isEqualTo(403);
            assertThat(refused.body()).contains("address could not be found");
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void anUnknownClientIsRefusedWhateverTheRulesSay() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf().replace("203.0.113.0/24", "all"))) {
            RawResponse refused = ask(gate, "PROXY UNKNOWN\r\n", "X-Forwarded-For: 203.0.113.7");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body()).contains("address could not be found");
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void aHealthCheckIsTheBalancersOwnAndNoHeaderIsBelieved() throws IOException {
        byte[] local = ProxyHeaders.version2(ProxyHeaders.LOCAL, ProxyHeaders.UNSPEC, new byte[0]);
        try (TestGate gate = gate()) {
            RawResponse denied = ask(gate, local, "X-Forwarded-For: 203.0.113.7");
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.body()).contains("127.0.0.1");

            gate.reload(conf().replace("203.0.113.0/24", "127.0.0.1"));
            RawResponse passed = ask(gate, local, "X-Forwarded-For: 203.0.113.7", "X-Forwarded-Proto: https");
            assertThat(passed.status()).isEqualTo(200);
            assertThat(forwardedFor()).isEqualTo("127.0.0.1");
            assertThat(app.requests().get(0).header("X-Forwarded-Proto")).isEqualTo("http");
        }
    }

    @ParameterizedTest(name = "PROXY {0}, X-Forwarded-For: {1} is {2}")
    @CsvSource(textBlock = """
            # announced, X-Forwarded-For,              the app sees, scheme
            10.0.0.1,    203.0.113.7,                  203.0.113.7,  https
            10.0.0.1,    "203.0.113.7, 203.0.113.8",   203.0.113.8,  https
            10.0.0.1,    "203.0.113.7, 10.9.9.9",      203.0.113.7,  https
            203.0.113.9, 203.0.113.7,                  203.0.113.9,  http
            """, quoteCharacter = '"')
    void theWalkGoesOnFromTheAnnouncedPeer(String announced, String header, String seen, String scheme)
            throws IOException {
        try (TestGate gate = gate()) {
            RawResponse answer = ask(
                    gate,
                    CLIENT.replace("203.0.113.7", announced),
                    "X-Forwarded-For: " + header,
                    "X-Forwarded-Proto: https");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(forwardedFor()).isEqualTo(seen);
            assertThat(app.requests().get(0).header("X-Forwarded-Proto")).isEqualTo(scheme);
        }
    }

    @Test
    void aReloadSwitchesItOnAndOffAndForgetsAProxy() throws IOException {
        try (TestGate gate = gate();
                RawClient old = gate.connect()) {
            assertThat(old.send(CLIENT).get("/").status()).isEqualTo(200);

            assertThat(gate.reload(conf().replace("[127.0.0.1, ", "["))).isEqualTo("client_address changed");
            RawResponse refused = old.get("/");
            assertThat(refused.status()).isEqualTo(403);
            assertThat(app.requests()).hasSize(1);

            String plain = conf().replace("proxy_protocol: true", "proxy_protocol: false")
                    .replace("203.0.113.0/24", "127.0.0.1");
            assertThat(gate.reload(plain)).contains("listen changed");
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void aStopDoesNotWaitForHeaders() throws IOException {
        try (TestGate gate = gate();
                RawClient silent = gate.connect()) {
            gate.gate().close(Duration.ofMinutes(10));
            assertThat(silent.isClosedByServer()).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"send-proxy", "send-proxy-v2", "send-proxy-v2 proxy-v2-options unique-id,crc32c"})
    void theAppSeesTheClientOfAnHaproxyInFront(String options) throws IOException {
        String conf = conf().replace("203.0.113.0/24", "127.0.0.3");
        try (TestGate gate = TestGate.start(folder, conf);
                ListeningProgram haproxy = HaproxyServer.start(folder, gate.address(), options);
                RawClient allowed = RawClient.connect("127.0.0.3", haproxy.address());
                RawClient denied = RawClient.connect("127.0.0.4", haproxy.address())) {
            assertThat(allowed.get("/").status()).isEqualTo(200);
            assertThat(forwardedFor()).isEqualTo("127.0.0.3");
            assertThat(denied.get("/").body()).contains("127.0.0.4");
            assertThat(app.requests()).hasSize(1);
        }
    }

    @Test
    void anHaproxyThatChecksItsHealthIsAnswered() throws IOException {
        String conf = conf().replace("203.0.113.0/24", "127.0.0.1");
        try (TestGate gate = TestGate.start(folder, conf);
                ListeningProgram haproxy = HaproxyServer.start(
                        folder, gate.address(), "send-proxy-v2 check inter 100ms check-send-proxy");
                RawClient client = RawClient.connect(haproxy.address())) {
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(gate.gate().proxyHeadersRefused()).isZero();
        }
    }
}
