package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Trust;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A client's certificate is one more door. */
class ClientCertificateTest {

    private static final String CONF = """
            listen: {address: "127.0.0.1:0", tls: {certificate: server.pem, private_key: server.key,
                     client_ca_file: ca.pem, verify: VERIFY}}
            upstream: APP
            satisfy: SATISFY
            auth: {users_file: htpasswd}
            rules: [{allow: 127.0.0.2}]
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    private SSLContext without;
    private SSLContext with;
    private OpenSsl openSsl;

    @BeforeEach
    void makeCertificates() throws Exception {
        openSsl = new OpenSsl(folder);
        openSsl.ec("server", "DNS:localhost");
        openSsl.ec("ca", "");
        openSsl.ec("other", "");
        openSsl.ec("ana", "email:ana@example.com", "-CA", "ca.pem", "-CAkey", "ca.key");
        openSsl.ec("eve", "email:ana@example.com", "-CA", "other.pem", "-CAkey", "other.key");
        openSsl.run("pkcs12 -export -passout pass:secret -in ana.pem -inkey ana.key -out ana.p12".split(" "));
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}right\n");
        without = Trust.in(folder.resolve("server.pem"));
        with = Trust.as(folder.resolve("ana.p12"), "secret", folder.resolve("server.pem"));
    }

    private String conf(String verify, String satisfy) {
        return CONF.replace("VERIFY", verify).replace("SATISFY", satisfy).replace("APP", app.url());
    }

    /** The status of one request; 0 if there is no handshake. */
    private static int ask(TestGate gate, SSLContext context, String from, boolean password) throws IOException {
        try (RawClient client = gate.connectFrom(from).secure(context)) {
            RawResponse response = password ? client.get("/", Basic.line("ana", "right")) : client.get("/");
            return response.status();
        } catch (SSLException | SocketException e) { // the alert, or a reset behind it that was faster
            return 0;
        }
    }

    @ParameterizedTest(name = "{0}, {1}: certificate {2}, address {3}, password {4}: {5}")
    @CsvSource(textBlock = """
            # verify,   satisfy, certificate, address, password, status
            optional,   all,     true,        true,    true,     200
            optional,   all,     true,        true,    false,    401
            optional,   all,     true,        false,   true,     403
            optional,   all,     false,       true,    true,     403
            optional,   all,     false,       true,    false,    403
            optional,   all,     false,       false,   true,     403
            optional,   any,     true,        false,   false,    200
            optional,   any,     true,        true,    false,    200
            optional,   any,     false,       true,    false,    200
            optional,   any,     false,       false,   true,     200
            optional,   any,     false,       false,   false,    401
            required,   all,     true,        true,    true,     200
            required,   all,     true,        true,    false,    401
            required,   all,     true,        false,   true,     403
            required,   all,     false,       true,    true,     0
            required,   any,     true,        true,    false,    200
            required,   any,     true,        false,   false,    401
            required,   any,     false,       true,    true,     0
            """)
    void theTable(String verify, String satisfy, boolean certificate, boolean address, boolean password, int status)
            throws Exception {
        try (TestGate gate = TestGate.start(folder, conf(verify, satisfy))) {
            assertThat(ask(gate, certificate ? with : without, address ? "127.0.0.2" : "127.0.0.3", password))
                    .isEqualTo(status);
            assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
        }
    }

    @Test
    void aCertificateOfAnotherAuthorityIsNoHandshake() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf("optional", "any"))) {
            String output = openSsl.talk(
                    "GET / HTTP/1.0\r\n\r\n",
                    "s_client",
                    "-ign_eof",
                    "-cert",
                    "eve.pem",
                    "-key",
                    "eve.key",
                    "-connect",
                    "127.0.0.1:" + gate.address().getPort());
            assertThat(output).contains("alert certificate unknown").doesNotContain("HTTP/1.1");
            Eventually.holds("counted", () -> gate.gate().listeners().handshakeFailures() == 1);
        }
    }

    @Test
    void whoeverHasNoneIsToldSoAndMayTryAgain() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf("optional", "all"));
                RawClient client = gate.connectFrom("127.0.0.2").secure(without)) {
            RawResponse response = client.get("/");
            assertThat(response.status()).isEqualTo(403);
            assertThat(response.body()).contains("A certificate is needed here");
            assertThat(response.header("www-authenticate")).isNull();
            assertThat(client.isClosedByServer()).isTrue(); // a new connection has a new handshake
        }
    }

    @Test
    void whatTheCertificateLetsInIsLoggedAsAllowed() throws Exception {
        try (TestGate gate =
                TestGate.start(folder, conf("optional", "any").replace("auth: {users_file: htpasswd}\n", ""))) {
            assertThat(ask(gate, with, "127.0.0.3", false)).isEqualTo(200);
            assertThat(ask(gate, without, "127.0.0.3", false)).isEqualTo(403);
        }
    }

    @Test
    void anAuthorityThatAReloadTakesOutLetsNobodyIn() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf("optional", "any"));
                RawClient live = gate.connectFrom("127.0.0.3").secure(with);
                RawClient again = gate.connectFrom("127.0.0.3").secure(with)) {
            assertThat(live.get("/").status()).isEqualTo(200);
            assertThat(again.get("/").status()).isEqualTo(200);
            gate.reload(conf("optional", "any").replace("ca.pem", "other.pem"));
            assertThat(live.get("/").status()).isEqualTo(401);
            gate.reload(conf("required", "any").replace("ca.pem", "other.pem"));
            assertThat(again.get("/").status()).isEqualTo(403);
        }
    }

    @Test
    void reportingSparesNobodyTheCertificate() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf("optional", "all") + "mode: report\n")) {
            assertThat(ask(gate, without, "127.0.0.3", true)).isEqualTo(403);
            assertThat(ask(gate, with, "127.0.0.3", false)).isEqualTo(401);
            assertThat(ask(gate, with, "127.0.0.3", true)).isEqualTo(200);
        }
    }
}
