package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Programs;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Node's ws on both sides of the gate. Needs node, and Debian's node-ws. */
class NodeWebSocketTest {

    private static final String MODULES = "/usr/share/nodejs";

    @TempDir
    private Path folder;

    private static Process node(String script, String... arguments) throws IOException, URISyntaxException {
        Programs.requireLibrary(MODULES + "/ws");
        URL file = Objects.requireNonNull(NodeWebSocketTest.class.getResource("/node/" + script));
        ProcessBuilder builder = new ProcessBuilder(
                Programs.require("node").toString(), Path.of(file.toURI()).toString());
        builder.command().addAll(List.of(arguments));
        builder.environment().put("NODE_PATH", MODULES);
        return builder.redirectErrorStream(true).start();
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            PLAIN, ws
            TLS,   wss
            HTTP2, wss
            """)
    void messagesPingsAndClosesGoThrough(Transport transport, String scheme) throws Exception {
        Process app = node("echo.js");
        try (BufferedReader port = app.inputReader(UTF_8)) {
            String conf = "upstream: \"http://127.0.0.1:" + port.readLine() + "\"\nrules: [{allow: 127.0.0.1}]\n";
            try (TestGate gate = TestGate.start(transport, folder, conf)) {
                Process client = node(
                        "client.js", scheme + "://127.0.0.1:" + gate.address().getPort() + "/socket");
                String said = new String(client.getInputStream().readAllBytes(), UTF_8);
                assertThat(said).isEqualTo("hello, binary 0, pong, 4001 enough\n");
            }
        } finally {
            app.destroy();
            app.waitFor();
        }
    }
}
