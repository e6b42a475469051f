package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problem;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Trust;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Certificates change: new handshakes get the new one, live connections stay, and a bad one changes nothing. */
class CertificateReloadTest {

    private static final int CONNECTIONS = 200;
    private static final int SWAPS = 20;

    @TempDir
    private Path folder;

    @AutoClose
    private final SocketApp app = SocketApp.saying("hello");

    private OpenSsl openSsl;
    private SSLContext trust;

    @BeforeEach
    void makeCertificates() throws Exception {
        openSsl = new OpenSsl(folder);
        openSsl.ec("one", "DNS:localhost");
        openSsl.rsa("two", "DNS:localhost");
        trust = Trust.in(folder.resolve("one.pem"), folder.resolve("two.pem"));
        use("one");
    }

    private void use(String name) throws IOException {
        use(name, name);
    }

    /** As certbot does it, one file after the other. */
    private void use(String certificate, String key) throws IOException {
        for (String[] file : new String[][] {{certificate + ".pem", "live.pem"}, {key + ".key", "live.key"}}) {
            Files.copy(folder.resolve(file[0]), folder.resolve("next"), StandardCopyOption.REPLACE_EXISTING);
            Files.move(folder.resolve("next"), folder.resolve(file[1]), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private String conf() {
        return "listen: {address: \"127.0.0.1:0\", tls: " + OpenSsl.tls("live") + "}\nupstream: " + app.url()
                + "\nrules: [{allow: 127.0.0.1}]\n";
    }

    private RawClient connect(TestGate gate) throws IOException {
        return gate.connect().secure(trust);
    }

    private static String shown(RawClient client) throws IOException {
        X509Certificate certificate =
                (X509Certificate) ((SSLSocket) client.socket()).getSession().getPeerCertificates()[0];
        return certificate.getSubjectX500Principal().getName();
    }

    private String shownNow(TestGate gate) throws Exception {
        SSLContext fresh = Trust.in(folder.resolve("one.pem"), folder.resolve("two.pem")); // nothing to resume
        try (RawClient client = gate.connect().secure(fresh)) {
            assertThat(client.get("/").status()).isEqualTo(200);
            return shown(client);
        }
    }

    @Test
    void aReloadShowsTheNewCertificateInNewHandshakes() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf());
                RawClient live = connect(gate)) {
            assertThat(live.get("/").status()).isEqualTo(200);
            use("two");
            assertThat(gate.reload(conf())).contains("listen changed");
            assertThat(shownNow(gate)).isEqualTo("CN=two");
            assertThat(live.get("/").status()).isEqualTo(200);
            assertThat(shown(live)).isEqualTo("CN=one");
        }
    }

    @Test
    void newFilesAreNoticedWithoutAReload() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf());
                RawClient live = connect(gate)) {
            use("two");
            Eventually.holds(
                    "the new certificate is shown", () -> shownNow(gate).equals("CN=two"));
            assertThat(live.get("/").status()).isEqualTo(200);
            use("one");
            Eventually.holds(
                    "the old certificate is shown", () -> shownNow(gate).equals("CN=one"));
            assertThat(gate.gate().certificates().failures()).isZero();
        }
    }

    @Test
    void filesThatCannotBeUsedLeaveTheOldCertificate() throws Exception {
        openSsl.expired("old", "DNS:localhost");
        try (TestGate gate = TestGate.start(folder, conf())) {
            CertificateWatch certificates = gate.gate().certificates();
            use("two", "one");
            Eventually.holds("a key that does not match is refused", () -> certificates.failures() == 1);
            assertThat(shownNow(gate)).isEqualTo("CN=one");
            use("old");
            Eventually.holds("a certificate that has expired is refused", () -> certificates.failures() == 2);
            assertThat(shownNow(gate)).isEqualTo("CN=one");
            Files.delete(folder.resolve("live.key"));
            Eventually.holds("a missing key is refused", () -> certificates.failures() == 3);
            assertThat(shownNow(gate)).isEqualTo("CN=one");
            use("two");
            Eventually.holds("the next good one is taken", () -> shownNow(gate).equals("CN=two"));
            assertThat(certificates.failures()).isEqualTo(3);
        }
    }

    @Test
    void aReloadWithAKeyThatDoesNotMatchChangesNothing() throws Exception {
        try (TestGate gate = TestGate.start(folder, conf())) {
            use("two", "one");
            assertThatThrownBy(() -> gate.reload(conf()))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("live.key\" does not belong to the certificate \"")
                    .hasMessageContaining("ipgate.yaml:1:");
            assertThat(shownNow(gate)).isEqualTo("CN=one");
        }
    }

    @Test
    void warnsOfCertificatesThatEndSoonOrHaveEnded() throws Exception {
        openSsl.ec("soon", "DNS:localhost", "-days", "13");
        openSsl.ec("later", "DNS:localhost", "-days", "15");
        openSsl.expired("old", "DNS:localhost");
        Files.writeString(folder.resolve("ipgate.yaml"), conf());
        for (String name : new String[] {"soon", "later", "old"}) {
            use(name);
            List<String> warnings = Configuration.load(folder.resolve("ipgate.yaml"), Instant.now()).warnings().stream()
                    .map(Problem::message)
                    .toList();
            switch (name) {
                case "soon" -> assertThat(warnings).singleElement().asString().contains("expires on ", ", in 12 days");
                case "old" -> assertThat(warnings).singleElement().asString().contains("expired on ", "clients refuse");
                default -> assertThat(warnings).isEmpty();
            }
        }
    }

    @Test
    void aKeyThatEverybodyCanReadIsWarnedOf() throws Exception {
        assertThat(folder.resolve("live.key").toFile().setReadable(true, false)).isTrue();
        Files.writeString(folder.resolve("ipgate.yaml"), conf());
        assertThat(Configuration.load(folder.resolve("ipgate.yaml"), Instant.now())
                        .warnings())
                .singleElement()
                .asString()
                .contains("listen.tls.private_key", "can be read by everybody");
    }

    @Test
    void noRequestFailsWhileCertificatesAreSwapped() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        AtomicInteger requests = new AtomicInteger();
        AtomicInteger handshakes = new AtomicInteger();
        int threads = 8;
        ExecutorService clients = Executors.newFixedThreadPool(threads);
        try (TestGate gate = TestGate.start(folder, conf())) {
            Callable<Void> some = () -> {
                List<RawClient> open = new ArrayList<>();
                for (int i = 0; i < CONNECTIONS / threads; i++) {
                    open.add(connect(gate));
                }
                int next = 0;
                while (!over.get()) {
                    for (RawClient client : open) {
                        assertThat(client.get("/").body()).isEqualTo("hello");
                        requests.incrementAndGet();
                    }
                    open.remove(next).close();
                    open.add(next, connect(gate));
                    handshakes.incrementAndGet();
                    next = (next + 1) % open.size();
                }
                for (RawClient client : open) {
                    client.close();
                }
                return null;
            };
            List<Future<Void>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(clients.submit(some));
            }
            for (int swap = 0; swap < SWAPS; swap++) {
                int before = requests.get();
                Eventually.holds("requests go on", () -> requests.get() > before + CONNECTIONS);
                use(swap % 2 == 0 ? "two" : "one");
                gate.reload(conf());
            }
            over.set(true);
            for (Future<Void> client : running) {
                client.get();
            }
            assertThat(handshakes.get()).isGreaterThan(SWAPS);
        } finally {
            over.set(true);
            clients.shutdownNow();
        }
    }
}
