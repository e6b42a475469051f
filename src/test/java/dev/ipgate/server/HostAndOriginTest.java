package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Host and Origin: what the app sees of them, and which of them are refused. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class HostAndOriginTest {

    @Parameter
    private Transport transport;

    private static final String AS_MLFLOW_WANTS_IT = """
            upstream: {url: "APP", host_header: upstream, origin: upstream}
            hosts: [mlflow.example.com, "*.lab.example.com", '~^w\\d+\\.example\\.com$']
            client_address: {trusted_proxies: [127.0.0.1], untrusted_forwarder: ignore}
            rules: [{allow: 127.0.0.0/8}]
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private TestGate gate(String conf) throws IOException {
        return TestGate.start(transport, folder, conf.replace("APP", app.url()));
    }

    @ParameterizedTest(name = "host_header: {0}")
    @CsvSource(textBlock = """
            client,              Example.COM:8080
            app.example.com:81,  app.example.com:81
            upstream,            127.0.0.1:PORT
            """)
    void theAppSeesTheHostThatIsConfigured(String setting, String seen) throws IOException {
        try (TestGate gate = gate("""
                upstream: {url: "APP", host_header: "SETTING"}
                hosts: [example.com]
                rules: [{allow: 127.0.0.0/8}]
                """.replace("SETTING", setting))) {
            assertThat(gate.getFrom("127.0.0.1", "/", "Host: Example.COM:8080").status())
                    .isEqualTo(200);
        }
        assertThat(app.last().header("Host")).isEqualTo(seen.replace("PORT", "" + app.port()));
        assertThat(app.last().header("X-Forwarded-Host")).isEqualTo("Example.COM:8080");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mlflow.example.com",
                "MLFLOW.example.com.:5050",
                "a.lab.example.com",
                "W1.example.com.:80",
                "a.b.lab.example.com",
                "localhost",
                "localhost:8080",
                "127.0.0.1",
                "203.0.113.7:80",
                "[::1]:8080",
                "[2001:db8::1]"
            })
    void aKnownHostPasses(String host) throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT)) {
            assertThat(gate.getFrom("127.0.0.2", "/", "Host: " + host).status()).isEqualTo(200);
        }
        assertThat(app.last().header("Host")).isEqualTo("127.0.0.1:" + app.port());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rebound.example",
                "lab.example.com",
                "w1.example.com.evil.example",
                "mlflow.example.com.evil.example",
                "xmlflow.example.com",
                "localhost.evil.example",
                "127.0.0.1.nip.io"
            })
    void anUnknownHostIsToldWhichKeyItIsAbout(String host) throws IOException {
        for (String upstream : new String[] {"host_header: upstream", "origin: upstream"}) {
            String conf = AS_MLFLOW_WANTS_IT.replace("host_header: upstream, origin: upstream", upstream);
            try (TestGate gate = gate(conf)) {
                RawResponse refused = gate.getFrom("127.0.0.2", "/", "Host: " + host);
                assertThat(refused.status()).isEqualTo(421);
                assertThat(refused.body()).contains(host, "`hosts`");
            }
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void withoutEitherSettingAnyHostPasses() throws IOException {
        try (TestGate gate = gate("upstream: APP\nrules: [{allow: 127.0.0.0/8}]\n")) {
            assertThat(gate.getFrom("127.0.0.1", "/", "Host: any.example").status())
                    .isEqualTo(200);
        }
        assertThat(app.last().header("Host")).isEqualTo("any.example");
    }

    @ParameterizedTest(name = "Host: {0}, X-Forwarded-Host: {1}: {2}")
    @CsvSource(textBlock = """
            # a page under a rebound name can set X-Forwarded-Host itself; a proxy may pass it on
            rebound.example,     mlflow.example.com, 421
            rebound.example,     localhost,          421
            mlflow.example.com,  rebound.example,    421
            127.0.0.1,           rebound.example,    421
            127.0.0.1,           mlflow.example.com, 200
            """)
    void aForwardedHostDoesNotGetPast(String host, String forwarded, int status) throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT)) {
            assertThat(gate.getFrom("127.0.0.1", "/", "Host: " + host, "X-Forwarded-Host: " + forwarded)
                            .status())
                    .isEqualTo(status);
        }
        assertThat(app.requests()).hasSize(status == 200 ? 1 : 0);
    }

    @ParameterizedTest(name = "Origin: {0}, Host: {1}")
    @CsvSource(textBlock = """
            http://mlflow.example.com,        mlflow.example.com
            HTTP://MLFLOW.Example.Com,        mlflow.example.com
            http://mlflow.example.com.,       mlflow.example.com
            http://mlflow.example.com,        mlflow.example.com.
            http://mlflow.example.com:80,     mlflow.example.com
            http://mlflow.example.com,        mlflow.example.com:80
            http://mlflow.example.com:8080,   mlflow.example.com:8080
            http://127.0.0.1:8080,            127.0.0.1:8080
            http://[::1]:8080,                [0:0:0:0:0:0:0:1]:8080
            """)
    void theOwnOriginBecomesTheApps(String origin, String host) throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT);
                RawClient client = gate.connect()) {
            for (String method : new String[] {"POST", "GET"}) {
                assertThat(client.request(method, "/", "Host: " + host, "Origin: " + origin)
                                .status())
                        .isEqualTo(200);
                assertThat(app.last().header("Origin")).isEqualTo(app.url());
            }
        }
    }

    @Test
    void theOwnOriginBehindATlsProxyIsHttps() throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT);
                RawClient client = gate.connect()) {
            String[] lines = {
                "Host: mlflow.example.com", "X-Forwarded-Proto: https", "Origin: https://mlflow.example.com"
            };
            assertThat(client.request("POST", "/", lines).status()).isEqualTo(200);
            assertThat(app.last().header("Origin")).isEqualTo(app.url());

            lines[2] = "Origin: http://mlflow.example.com";
            assertThat(client.request("POST", "/", lines).status()).isEqualTo(403);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: null",
                "Origin: https://mlflow.example.com",
                "Origin: http://mlflow.example.com:81",
                "Origin: http://mlflow.example.com.evil.example",
                "Origin: http://mlflow.example.com@evil.example",
                "Origin: http://mlflow.example.com/",
                "Origin: mlflow.example.com",
                "Origin:",
                "Origin: http://localhost",
                "Origin: http://mlflow.example.com http://evil.example",
                "Origin: http://mlflow.example.com\r\nOrigin: http://evil.example"
            })
    void aForeignOriginMayReadAndNotChange(String line) throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT)) {
            for (String method : new String[] {"POST", "PUT", "PATCH", "DELETE", "MKCOL"}) {
                try (RawClient client = gate.connectFrom("127.0.0.2")) {
                    RawResponse refused = client.request(method, "/", "Host: mlflow.example.com", line);
                    assertThat(refused.status()).as(method).isEqualTo(403);
                    assertThat(refused.body()).contains("another site");
                }
            }
            try (RawClient client = gate.connectHttp1From("127.0.0.2")) {
                String[] upgrade = {"Host: mlflow.example.com", "Connection: Upgrade", "Upgrade: websocket", line};
                assertThat(client.get("/socket", upgrade).status()).isEqualTo(403);
            }
            assertThat(app.requests()).isEmpty();

            assertThat(gate.getFrom("127.0.0.2", "/", "Host: mlflow.example.com", line)
                            .status())
                    .isEqualTo(200);
            assertThat(app.last().headers("Origin")).doesNotContain(app.url());
        }
    }

    @Test
    void noOriginPasses() throws IOException {
        try (TestGate gate = gate(AS_MLFLOW_WANTS_IT);
                RawClient client = gate.connect()) {
            assertThat(client.request("POST", "/", "Host: mlflow.example.com").status())
                    .isEqualTo(200);
        }
        assertThat(app.last().headers("Origin")).isEmpty();
    }

    @Test
    void byDefaultTheOriginIsTheAppsOwnBusiness() throws IOException {
        try (TestGate gate = gate("upstream: APP\nrules: [{allow: 127.0.0.0/8}]\n");
                RawClient client = gate.connect()) {
            assertThat(client.request("POST", "/", "Origin: https://evil.example")
                            .status())
                    .isEqualTo(200);
        }
        assertThat(app.last().header("Origin")).isEqualTo("https://evil.example");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # head                                                        | status
            GET / HTTP/1.1\\r\\n                                          | 400
            GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: a\\r\\n                | 400
            GET / HTTP/1.1\\r\\nHost: a\\r\\nHost: b\\r\\n                | 400
            GET / HTTP/1.1\\r\\nHost:\\r\\n                               | 400
            GET / HTTP/1.1\\r\\nHost: a b\\r\\n                           | 400
            GET / HTTP/1.1\\r\\nHost: a,b\\r\\n                           | 400
            GET / HTTP/1.1\\r\\nHost: a/b\\r\\n                           | 400
            GET / HTTP/1.1\\r\\nHost: user@a\\r\\n                        | 400
            GET / HTTP/1.1\\r\\nHost: a:99999\\r\\n                       | 400
            GET / HTTP/1.1\\r\\nHost: a:b\\r\\n                           | 400
            GET / HTTP/1.1\\r\\nHost: [::1\\r\\n                          | 400
            GET / HTTP/1.1\\r\\nHost: ::1\\r\\n                           | 400
            GET / HTTP/1.1\\r\\nHost: a..b\\r\\n                          | 400
            GET / HTTP/1.0\\r\\nHost: a\\r\\nHost: b\\r\\n                | 400
            GET / HTTP/1.0\\r\\nHost: a\\r\\n                             | 200
            GET http://a/ HTTP/1.1\\r\\nHost: b\\r\\n                     | 400
            """)
    void aRequestHasExactlyOneHost(String head, int status) throws IOException {
        try (TestGate gate = gate("upstream: APP\nrules: [{allow: 127.0.0.0/8}]\n");
                RawClient client = gate.connect()) {
            client.send(head.replace("\\r\\n", "\r\n") + "\r\n");
            assertThat(client.read().status()).isEqualTo(status);
            if (status == 400) {
                assertThat(transport.ends(client)).isTrue();
            }
        }
        assertThat(app.requests()).hasSize(status == 200 ? 1 : 0);
    }
}
