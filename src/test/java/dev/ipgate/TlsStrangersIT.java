package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.Trust;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What strangers can do to a TLS listener before anybody knows whether they are allowed. */
class TlsStrangersIT {

    private static final String CONF = """
            listen: {address: "127.0.0.1:0", tls: {certificate: a.pem, private_key: a.key}}
            upstream: "http://127.0.0.1:PORT"
            rules: [{allow: 127.0.0.1}]
            limits: {request_head_timeout: 1h}
            """;
    private static final int STRANGERS = 2500;
    private static final int SOURCES = 5; // with fewer connections each than a client may have

    @TempDir
    private Path folder;

    private OpenSsl openSsl;
    private SSLContext trust;

    @BeforeEach
    void makeCertificate() throws Exception {
        openSsl = new OpenSsl(folder);
        openSsl.ec("a", "DNS:localhost");
        trust = Trust.in(folder.resolve("a.pem"));
    }

    private static String conf(App app) {
        return CONF.replace("PORT", Integer.toString(app.port()));
    }

    /** All together would take more than the memory there is. */
    @ParameterizedTest(name = "{0} bytes of a ClientHello")
    @ValueSource(ints = {1, Integer.MAX_VALUE})
    void handshakesThatStallTakeNobodysPlace(int bytes) throws Exception {
        byte[] hello = clientHello();
        byte[] part = new byte[Math.min(bytes, hello.length)];
        System.arraycopy(hello, 0, part, 0, part.length);
        List<RawClient> strangers = new ArrayList<>();
        try (App app = App.start();
                GateProcess gate = Launch.plain().with("-Xmx24m").serve(folder, conf(app));
                RawClient established = RawClient.connect(gate.address()).secure(trust)) {
            assertThat(established.get("/").status()).isEqualTo(200);
            for (int i = 0; i < STRANGERS; i++) {
                strangers.add(RawClient.connect("127.0.1." + (1 + i % SOURCES), gate.address())
                        .send(part));
            }
            gate.await("it says so", () -> gate.err().contains("the memory for them is used up"));
            assertThat(established.get("/").status()).isEqualTo(200);
            try (RawClient another = RawClient.connect(gate.address()).secure(trust)) {
                assertThat(another.get("/").status()).isEqualTo(200);
            }
            assertThat(strangers.get(0).isClosedByServer()).isTrue();
            assertThat(gate.err()).doesNotContain("out of memory").doesNotContain("\tat ");
        } finally {
            for (RawClient stranger : strangers) {
                stranger.close();
            }
        }
    }

    private byte[] clientHello() throws IOException {
        SSLEngine engine = trust.createSSLEngine();
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            X25519,     true
            P-256,      true
            P-384,      true
            P-521,      true
            X448,       false
            ffdhe2048,  false
            ffdhe8192,  false
            """)
    void exchangesKeysOnlyAsMozillaSays(String group, boolean done) throws Exception {
        try (App app = App.start();
                GateProcess gate = Launch.plain().serve(folder, conf(app))) {
            String output = openSsl.talk(
                    "",
                    "s_client",
                    "-tls1_3",
                    "-groups",
                    group,
                    "-connect",
                    "127.0.0.1:" + gate.address().getPort());
            assertThat(output.contains("Cipher is TLS_")).as(output).isEqualTo(done);
        }
    }
}
