package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.Trust;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** TLS by Conscrypt, whose jar lies beside ipgate's. */
class ConscryptIT {

    private static final String CONF = """
            listen: {address: "127.0.0.1:0", tls: {certificates: [{certificate: a.pem, private_key: a.key},
                {certificate: b.pem, private_key: b.key}]}}
            upstream: {url: "http://127.0.0.1:PORT"}
            rules: [{allow: 127.0.0.1}]
            """;
    private static final int LARGE = 20_000_000;

    @TempDir
    private Path folder;

    private OpenSsl openSsl;

    @BeforeEach
    void makeCertificates() throws IOException {
        openSsl = new OpenSsl(folder);
        openSsl.ec("a", "DNS:localhost");
        openSsl.rsa("b", "DNS:b.example");
    }

    private GateProcess serve(App app) throws IOException {
        return beside(Path.of(System.getProperty("conscrypt.jar"))).serve(folder, conf(app));
    }

    private static String conf(App app) {
        return CONF.replace("PORT", Integer.toString(app.port()));
    }

    private Launch beside(Path jar) throws IOException {
        Path installed = Files.createDirectory(folder.resolve("installed"));
        Launch plain = Launch.plain();
        Files.copy(jar, installed.resolve(jar.getFileName()));
        return plain.withJar(Files.copy(plain.jar(), installed.resolve("ipgate.jar")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"--http2", "--http1.1", "--tls-max 1.2 --http2", "--tls-max 1.2 --http1.1"})
    void bodiesGoBothWays(String options) throws Exception {
        byte[] body = new byte[LARGE];
        new Random(1).nextBytes(body);
        Path file = Files.write(folder.resolve("body"), body);
        try (App app = App.start((self, exchange) -> {
                    byte[] sent = exchange.getRequestBody().readAllBytes();
                    exchange.sendResponseHeaders(200, sent.length);
                    exchange.getResponseBody().write(sent);
                });
                GateProcess gate = serve(app)) {
            assertThat(gate.err()).contains("TLS is that of conscrypt-");
            Path back = folder.resolve("back");
            List<String> arguments = new ArrayList<>(List.of(options.split(" ", -1)));
            arguments.addAll(List.of("--data-binary", "@" + file, "-o", back.toString(), "-w", "%{http_version}"));
            String version = curl(gate, arguments);
            assertThat(version).isEqualTo(options.contains("http2") ? "2" : "1.1");
            assertThat(Files.mismatch(file, back)).isEqualTo(-1);
        }
    }

    private String curl(GateProcess gate, List<String> arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(Programs.require("curl").toString(), "-sS", "--max-time", "60"));
        command.addAll(arguments);
        command.addAll(List.of("--cacert", "a.pem"));
        command.add("https://localhost:" + gate.address().getPort() + "/");
        Process curl = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(new File("/dev/stderr"))
                .start();
        String output = new String(curl.getInputStream().readAllBytes(), UTF_8);
        assertThat(curl.waitFor()).isZero();
        return output;
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void theNameChoosesTheCertificate(String version) throws Exception {
        try (App app = App.start();
                GateProcess gate = serve(app)) {
            assertThat(client(gate, version, "-servername", "b.example")).contains("subject=CN = b");
            assertThat(client(gate, version, "-servername", "localhost")).contains("subject=CN = a");
        }
    }

    /** BoringSSL takes public exponents of up to 33 bits, the JDK longer ones: a reload is not half applied, nor is a start. */
    @Test
    void aKeyThatItDoesNotKnowHarmsNoOtherCertificate() throws Exception {
        openSsl.rsa("b", "DNS:b.example", "-pkeyopt", "rsa_keygen_pubexp:18446744073709551629");
        try (App app = App.start();
                GateProcess gate = serve(app)) {
            assertThat(client(gate, "-tls1_3", "-servername", "localhost")).contains("subject=CN = a");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"-tls1_3", "-tls1_2"})
    void clientsShowTheirCertificates(String version) throws Exception {
        openSsl.ec("eve", "DNS:eve.example"); // signed by nobody
        String conf = CONF.replace("]}}", "], client_ca_file: a.pem, verify: optional}}");
        try (App app = App.start();
                GateProcess gate = beside(Path.of(System.getProperty("conscrypt.jar")))
                        .serve(folder, conf.replace("PORT", Integer.toString(app.port())))) {
            assertThat(client(gate, version)).contains("HTTP/1.1 403");
            assertThat(client(gate, version, "-cert", "a.pem", "-key", "a.key")).contains("HTTP/1.1 200");
            assertThat(client(gate, version, "-cert", "eve.pem", "-key", "eve.key"))
                    .doesNotContain("HTTP/1.1");
            gate.await("it says why", () -> gate.err().contains("unable to find valid certification path"));
            assertThat(gate.err()).doesNotContain("\tat ");
        }
    }

    private String client(GateProcess gate, String version, String... arguments) throws IOException {
        String to = "127.0.0.1:" + gate.address().getPort();
        List<String> all = new ArrayList<>(List.of("s_client", "-ign_eof", version, "-connect", to));
        all.addAll(List.of(arguments));
        return openSsl.talk(
                "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", all.toArray(String[]::new));
    }

    @Test
    void handshakesThatBreakAreNotForwarded() throws Exception {
        try (App app = App.start();
                GateProcess gate = serve(app)) {
            try (RawClient broken = RawClient.connect(gate.address())) {
                broken.send("\u0016\u0003\u0001\u0000\u0005hello");
                assertThat(broken.isClosedByServer()).isTrue();
            }
            gate.await("it says so", () -> gate.err().contains("the TLS handshake with 127.0.0.1 failed"));
            assertThat(client(gate, "-tls1_1")).contains("Cipher is (NONE)");
            assertThat(app.seen()).isEmpty();
            try (RawClient fine = RawClient.connect(gate.address()).secure(Trust.in(folder.resolve("a.pem")))) {
                assertThat(fine.get("/").status()).isEqualTo(200);
            }
            assertThat(gate.err()).doesNotContain("\tat ");
        }
    }

    @Test
    void whatIsNoConscryptIsSaidAndNotUsed() throws Exception {
        Path other = Files.copy(Launch.plain().jar(), folder.resolve("conscrypt-wrong.jar"));
        try (App app = App.start();
                GateProcess gate = beside(other).serve(folder, conf(app));
                RawClient client = RawClient.connect(gate.address()).secure(Trust.in(folder.resolve("a.pem")))) {
            assertThat(gate.err()).contains("TLS is the JDK's: \"").contains("conscrypt-wrong.jar\" cannot be used");
            assertThat(client.get("/").status()).isEqualTo(200);
        }
    }
}
