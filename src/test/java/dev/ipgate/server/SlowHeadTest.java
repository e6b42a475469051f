package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Heads of HTTP/1 that do not arrive in time. For HTTP/2, see Http2LimitsTest. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"})
class SlowHeadTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private ScriptedApp app;

    @BeforeEach
    void startApp() throws IOException {
        app = ScriptedApp.hello();
    }

    @AfterEach
    void stopApp() throws IOException {
        app.close();
    }

    private TestGate gate(String limits) throws IOException {
        return TestGate.start(
                transport,
                folder,
                "upstream: " + app.url() + "\nlimits: {" + limits + "}\nrules: [{allow: 127.0.0.1}]\n");
    }

    @Test
    void aSlowHeadIsClosed() throws IOException {
        try (TestGate gate = gate("request_head_timeout: 1s");
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ");
            assertThat(client.isClosedByServer()).isTrue();
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void aHeadThatDripsIsClosedToo() throws Exception {
        try (TestGate gate = gate("request_head_timeout: 1s");
                RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost: a\r\n");
            Eventually.holds("it is closed", () -> {
                try {
                    client.send("X: 1\r\n");
                    Thread.sleep(20);
                    return false;
                } catch (SocketException e) {
                    return true;
                }
            });
        }
        assertThat(app.connections()).isZero();
    }
}
