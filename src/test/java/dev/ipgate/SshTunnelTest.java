package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.MlflowApp;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SshServer;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow.tracking.MlflowClient;

/** The way in that needs no address and no password: a gate that allows 127.0.0.1, and {@code ssh -L} to it. */
@Timeout(120)
class SshTunnelTest {

    private static final String CONF = """
            preset: mlflow
            upstream: APP
            rules:
              - allow: 127.0.0.1
              - deny: all
            """;

    @TempDir
    private Path folder;

    private TestGate gate(App app) throws IOException {
        return TestGate.start(
                Files.createDirectory(folder.resolve("gate")), CONF.replace("APP", "\"" + app.url() + "\""));
    }

    @Test
    void whoComesThroughATunnelIsThisMachine() throws Exception {
        try (App app = MlflowApp.start();
                TestGate gate = gate(app);
                SshServer sshd = SshServer.start(folder)) {
            int tunnel = sshd.forward("127.0.0.1", gate.address().getPort());

            try (MlflowClient client = new MlflowClient("http://localhost:" + tunnel)) {
                String experiment = client.createExperiment("through the tunnel");
                assertThat(client.getExperiment(experiment).getName()).isEqualTo("through the tunnel");
            }
            assertThat(app.seen())
                    .hasSize(2)
                    .allSatisfy(
                            seen -> assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1"))
                    .allSatisfy(seen -> assertThat(seen.header("Host")).isEqualTo("127.0.0.1:" + app.port()));
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void aBrowsersOwnOriginIsThatOfItsEndOfTheTunnel() throws Exception {
        try (App app = App.start();
                TestGate gate = gate(app);
                SshServer sshd = SshServer.start(folder)) {
            int tunnel = sshd.forward("127.0.0.1", gate.address().getPort());
            String host = "localhost:" + tunnel;

            assertThat(post(tunnel, host, "http://" + host).status()).isEqualTo(200);
            assertThat(app.last().header("Origin")).isEqualTo(app.url());
            assertThat(post(tunnel, host, "http://evil.example").status()).isEqualTo(403);
            assertThat(post(tunnel, "rebound.example", "http://rebound.example").status())
                    .isEqualTo(421);
        }
    }

    private static RawResponse post(int tunnel, String host, String origin) throws IOException {
        try (RawClient browser = RawClient.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), tunnel))) {
            return browser.request("POST", "/graphql", "Host: " + host, "Origin: " + origin, "Content-Length: 0");
        }
    }
}
