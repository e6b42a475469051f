package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A listener that sends everybody on to https, and nobody anywhere else. */
class RedirectToHttpsTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private TestGate gate() throws IOException {
        return TestGate.start(folder, """
                listen:
                  - {address: "127.0.0.1:0", redirect_to_https: true}
                upstream: APP
                hosts: [mlflow.example.com, "*.apps.example.com", .both.example, "www.one.*", '~^w\\d+\\.example$']
                client_address: {trusted_proxies: [127.0.0.2]}
                rules: [{allow: 127.0.0.0/8}]
                sites:
                  - {hosts: [192.0.2.1], upstream: APP, rules: [{allow: 127.0.0.1}]}
                """.replace("APP", app.url()));
    }

    @ParameterizedTest(name = "{0}{1} -> {2}")
    @CsvSource(textBlock = """
            # Host,                   target,                      Location
            mlflow.example.com,       /,                           https://mlflow.example.com/
            MLflow.Example.com:8080,  /a?b=c,                      https://MLflow.Example.com/a?b=c
            mlflow.example.com:,      /,                           https://mlflow.example.com/
            mlflow.example.com.:80,   /,                           https://mlflow.example.com./
            a.b.apps.example.com,     /%2e%2E/./a//b;c,            https://a.b.apps.example.com/%2e%2E/./a//b;c
            mlflow.example.com,       //evil.example/%0d%0aX:%201, https://mlflow.example.com//evil.example/%0d%0aX:%201
            mlflow.example.com,       /?,                          https://mlflow.example.com/?
            mlflow.example.com,       /a?b?c=\u00e9&&d,            https://mlflow.example.com/a?b?c=\u00e9&&d
            192.0.2.1:80,             /x,                          https://192.0.2.1/x
            Both.example:80,          /x,                          https://Both.example/x
            x.both.example,           /x,                          https://x.both.example/x
            www.one.co.uk,            /x,                          https://www.one.co.uk/x
            W22.example.:81,          /x,                          https://W22.example./x
            mlflow.example.com,       http://mlflow.example.com/y?z, https://mlflow.example.com/y?z
            mlflow.example.com,       http://mlflow.example.com,   https://mlflow.example.com/
            """)
    void keepsHostPathAndQueryByteForByte(String host, String target, String location) throws IOException {
        try (TestGate gate = gate()) {
            RawResponse answer = gate.getFrom("127.0.0.1", target, "Host: " + host);

            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.header("Location")).isEqualTo(location);
            assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        }
        assertThat(app.connections()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "mlflow.example.com.evil.example",
                "xmlflow.example.com",
                "notboth.example",
                "w22.example.evil.example",
                "w.example",
                "xwww.one.com",
                "apps.example.com",
                "localhost",
                "127.0.0.1",
                "198.51.100.1",
                "[::1]",
                "mlflow.example.com@evil.example",
                "mlflow.example.com/evil",
                ""
            })
    void leadsNobodyToAHostOfNobody(String host) throws IOException {
        try (TestGate gate = gate()) {
            RawResponse answer = gate.getFrom("127.0.0.1", "/", "Host: " + host);

            assertThat(answer.status()).isEqualTo(421);
            assertThat(answer.header("Location")).isNull();
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void anOldClientWithoutAHostIsLedNowhere() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            assertThat(client.send("GET / HTTP/1.0\r\n\r\n").read().status()).isEqualTo(421);
        }
    }

    @Test
    void asksNoRuleAndKeepsTheConnection() throws IOException {
        try (TestGate gate = gate();
                RawClient denied = gate.connectFrom("127.0.0.9")) {
            RawResponse first = denied.get("/a", "Host: mlflow.example.com");
            RawResponse second = denied.request("DELETE", "/b", "Host: mlflow.example.com");
            RawResponse head = denied.request("HEAD", "/c", "Host: mlflow.example.com");

            assertThat(first.body()).contains("https://mlflow.example.com/a");
            assertThat(second.status()).isEqualTo(308);
            assertThat(head.header("Location")).isEqualTo("https://mlflow.example.com/c");
            Eventually.holds("the log has it", () -> gate.log().contains("decision=to-https"));
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void aBodyIsNotReadAndTheConnectionIsClosed() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            client.send("POST /a HTTP/1.1\r\nHost: mlflow.example.com\r\nContent-Length: 1000\r\n\r\n");
            RawResponse answer = client.read();

            assertThat(answer.status()).isEqualTo(308);
            assertThat(answer.header("Connection")).isEqualTo("close");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void whatCameByHttpsToATrustedProxyIsServed() throws IOException {
        String[] lines = {"Host: mlflow.example.com", "X-Forwarded-Proto: https"};
        try (TestGate gate = gate()) {
            assertThat(gate.getFrom("127.0.0.2", "/", lines).status()).isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.1", "/", lines).status()).isEqualTo(308);
            assertThat(gate.getFrom("127.0.0.2", "/", lines[0]).status()).isEqualTo(308);
        }
    }

    @Test
    void whatIsMalformedIsRefusedAsEverywhere() throws IOException {
        try (TestGate gate = gate();
                RawClient twice = gate.connect()) {
            twice.send("GET / HTTP/1.1\r\nHost: mlflow.example.com\r\nHost: mlflow.example.com\r\n\r\n");
            assertThat(twice.read().status()).isEqualTo(400);
        }
    }

    @Test
    void aReloadSwitchesItOff() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            assertThat(client.get("/", "Host: mlflow.example.com").status()).isEqualTo(308);

            assertThat(gate.reload("upstream: APP\nhosts: mlflow.example.com\nrules: [{allow: 127.0.0.1}]\n"
                            .replace("APP", app.url())))
                    .contains("listen changed");
            assertThat(client.get("/", "Host: mlflow.example.com").status()).isEqualTo(200);
        }
    }
}
