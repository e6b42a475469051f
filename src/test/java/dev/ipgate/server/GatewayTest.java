package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
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

/** Who gets through, over real sockets from several source addresses. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class GatewayTest {

    @Parameter
    private Transport transport;

    private static final String ALLOW_2 = """
            upstream: APP
            rules:
              - allow: 127.0.0.2
              - deny: all
            """;

    private static final String BEHIND_A_PROXY = """
            upstream: APP
            client_address: {trusted_proxies: [127.0.0.1, 10.0.0.0/8]}
            rules:
              - allow: 203.0.113.7
              - deny: all
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    private TestGate gate(String conf) throws IOException {
        return TestGate.start(transport, folder, conf.replace("APP", app.url()));
    }

    @Test
    void letsTheAllowedThroughAndNobodyElse() throws IOException {
        try (TestGate gate = gate(ALLOW_2)) {
            assertThat(gate.getFrom("127.0.0.2", "/").body()).isEqualTo("hello\n");
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(403);
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(403);
        }
        assertThat(app.seen()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Forwarded-For: 203.0.113.7",
                "X-Forwarded-For: 127.0.0.1",
                "X-Real-IP: 203.0.113.7",
                "CF-Connecting-IP: 203.0.113.7",
                "True-Client-IP: 203.0.113.7",
                "X-Client-IP: 203.0.113.7",
                "X-Cluster-Client-IP: 203.0.113.7",
                "Forwarded: for=203.0.113.7",
                "X-Forwarded: for=203.0.113.7",
                "Forwarded-For: 203.0.113.7",
                "X-Originating-IP: 203.0.113.7",
                "X-Remote-IP: 203.0.113.7",
                "X-Remote-Addr: 203.0.113.7",
                "Fastly-Client-IP: 203.0.113.7",
                "X-Envoy-External-Address: 203.0.113.7",
                "X_Forwarded_For: 203.0.113.7",
                "Via: 1.1 proxy",
                "X-Forwarded-For: 203.0.113.7\r\nX-Real-IP: 203.0.113.7\r\nForwarded: for=203.0.113.7\r\n"
                        + "CF-Connecting-IP: 203.0.113.7\r\nTrue-Client-IP: 203.0.113.7\r\nVia: 1.1 x"
            })
    void theDeniedStayDeniedWhateverTheySend(String headers) throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules: [{allow: 203.0.113.7}]
                """)) {
            assertThat(gate.getFrom("127.0.0.2", "/", headers).status()).isEqualTo(403);
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void aProxyOnThisMachineThatIsNotNamedIsToldSo() throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules: [{allow: all}]
                """)) {
            RawResponse refused = gate.getFrom("127.0.0.1", "/", "X-Forwarded-For: 198.51.100.1");

            assertThat(refused.status()).isEqualTo(403);
            assertThat(refused.body())
                    .contains("proxy on this machine forwards to us", "client_address.trusted_proxies");
        }
        assertThat(app.seen()).isEmpty();
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # headers from the trusted 127.0.0.1                                | status
            X-Forwarded-For: 203.0.113.7                                        | 200
            X-Forwarded-For: 203.0.113.8                                        | 403
            X-Forwarded-For: 203.0.113.7, 10.1.2.3                              | 200
            X-Forwarded-For: 203.0.113.7, 198.51.100.1                          | 403
            X-Forwarded-For: 198.51.100.1, 203.0.113.7                          | 200
            X-Forwarded-For: 198.51.100.1\\r\\nX-Forwarded-For: 203.0.113.7     | 200
            X-Forwarded-For: 203.0.113.7\\r\\nX-Forwarded-For: 10.1.2.3         | 200
            X-Forwarded-For: 203.0.113.7\\r\\nX-Forwarded-For: 198.51.100.1     | 403
            X-Forwarded-For: unknown                                            | 403
            X-Forwarded-For: 203.0.113.7, unknown                               | 403
            X-Forwarded-For: garbage, 203.0.113.7                               | 200
            X-Real-IP: 203.0.113.7                                              | 403
            """)
    void believesATrustedProxyAndNobodyElse(String headers, int status) throws IOException {
        try (TestGate gate = gate(BEHIND_A_PROXY)) {
            String lines = headers.replace("\\r\\n", "\r\n");
            assertThat(gate.getFrom("127.0.0.1", "/", lines).status()).isEqualTo(status);
            assertThat(gate.getFrom("127.0.0.2", "/", lines).status()).isEqualTo(403);
        }
    }

    @Test
    void worksOverIpv6() throws IOException {
        String conf = """
                listen: "[::1]:0"
                upstream: APP
                rules: [{allow: "::1"}]
                """;
        try (TestGate gate = TestGate.start(folder, conf.replace("APP", app.url()));
                RawClient client = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(200);
            assertThat(app.last().header("X-Forwarded-For")).isEqualTo("::1");
        }
    }

    @Test
    void anIpv6ClientUnderAnIpv4ListIsDenied() throws IOException {
        String conf = """
                listen: "[::1]:0"
                upstream: APP
                rules: [{allow: 0.0.0.0/0}]
                """;
        try (TestGate gate = TestGate.start(folder, conf.replace("APP", app.url()));
                RawClient client = gate.connect()) {
            assertThat(client.get("/").status()).isEqualTo(403);
        }
    }

    @Test
    void methodsHaveTheirOwnRules() throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules:
                  - allow: 127.0.0.3
                    methods: [GET]
                  - allow: 127.0.0.2
                """);
                RawClient reader = gate.connectFrom("127.0.0.3");
                RawClient writer = gate.connectFrom("127.0.0.2")) {
            assertThat(reader.get("/").status()).isEqualTo(200);
            assertThat(reader.request("HEAD", "/").status()).isEqualTo(200);
            assertThat(reader.request("DELETE", "/").status()).isEqualTo(403);
            assertThat(writer.request("DELETE", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void locationsHaveTheirOwnRules() throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules: [{allow: 127.0.0.2}]
                locations:
                  - {path: /health, match: exact, rules: [{allow: all}]}
                  - {path: /admin, rules: [{deny: all}]}
                """);
                RawClient insider = gate.connectFrom("127.0.0.2");
                RawClient stranger = gate.connectFrom("127.0.0.3")) {
            assertThat(stranger.get("/health").status()).isEqualTo(200);
            assertThat(stranger.get("/health/").status()).isEqualTo(403);
            assertThat(insider.get("/admin").status()).isEqualTo(403);
            assertThat(insider.get("/%61dmin/x").status()).isEqualTo(403);
            assertThat(insider.get("//admin").status()).isEqualTo(403);
            assertThat(insider.get("/x/../admin").status()).isEqualTo(403);
            assertThat(insider.get("/other").status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/x/..%2fadmin", "/x%2f..%2fadmin", "/%252e%252e/admin", "/x/..;/admin", "/x/..%5cadmin"})
    void aPathThatServersReadDifferentlyIsRefused(String path) throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules: [{allow: 127.0.0.2}]
                locations: [{path: /admin, rules: [{deny: all}]}]
                """)) {
            assertThat(gate.getFrom("127.0.0.2", path).status()).isEqualTo(400);
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void reportModeDeniesNobodyForTheirAddress() throws IOException {
        TestGate gate = gate("mode: report\n" + ALLOW_2);
        try (gate) {
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(200);
            Eventually.holds("the log says so", () -> gate.log().contains("decision=would-deny"));
        }
    }

    @Test
    void theLogSaysWhoWhatAndWhy() throws IOException {
        TestGate gate = gate(ALLOW_2);
        try (gate) {
            gate.getFrom(
                    "127.0.0.2", "/a?b=c", "User-Agent: it \"quotes\"", "Authorization: Basic c2VjcmV0OnNlY3JldA==");
            Eventually.holds("the first has its line", () -> gate.log().lines().count() == 1);
            gate.getFrom("127.0.0.3", "/");
            Eventually.holds(
                    "each request has its line", () -> gate.log().lines().count() == 2);
        }
        assertThat(gate.log().lines())
                .satisfiesExactly(
                        allowed -> assertThat(allowed)
                                .startsWith("127.0.0.2 - - [")
                                .contains("\"GET /a?b=c " + transport.version()
                                        + "\" 200 6 \"-\" \"it \\x22quotes\\x22\" client=127.0.0.2"
                                        + " peer=127.0.0.2 decision=allow rule=")
                                .containsPattern("rule=\\S+ipgate.yaml:\\d+ id=[0-9a-f]{12}$")
                                .doesNotContain("c2VjcmV0"),
                        denied -> assertThat(denied)
                                .startsWith("127.0.0.3 - - [")
                                .contains("\"GET / " + transport.version() + "\" 403 ", " decision=deny rule="));
    }

    @Test
    void theLogTellsARefusedMethodFromAMalformedRequest() throws IOException {
        try (TestGate gate = gate(ALLOW_2)) {
            try (RawClient client = gate.connectFrom("127.0.0.2")) {
                assertThat(client.request("TRACE", "/").status()).isEqualTo(405);
            }
            try (RawClient client = gate.connectFrom("127.0.0.2")) {
                assertThat(client.get("/", "Host: a", "Host: b").status()).isEqualTo(400);
            }
            Eventually.holds("each request has its line", () -> gate.log().contains(" decision=bad-method "));
        }
        assertThat(app.seen()).isEmpty();
    }
}
