package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code preset: mlflow} and {@code access} make of requests. */
class MlflowSiteTest {

    private static final String SITE = """
            preset: mlflow
            upstream: APP
            hosts: mlflow.example.com
            rules:
              - allow: [127.0.0.1, 127.0.0.2]
              - deny: all
            """;

    private static final String ASSISTANT = "/ajax-api/3.0/mlflow/assistant";

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    /** Clients are behind a proxy at 127.0.0.9, so that they may have any address. */
    private TestGate gate(String conf) throws IOException {
        return TestGate.start(
                folder, "client_address: {trusted_proxies: 127.0.0.9}\n" + conf.replace("APP", app.url()));
    }

    private static int status(TestGate gate, String client, String method, String path, String... lines)
            throws IOException {
        String[] all = new String[lines.length + 1];
        System.arraycopy(lines, 0, all, 1, lines.length);
        all[0] = "X-Forwarded-For: " + client;
        try (RawClient proxy = gate.connectFrom("127.0.0.9")) {
            return proxy.request(method, path, all).status();
        }
    }

    @Test
    void theAppIsSpokenToAsMlflowWantsIt() throws IOException {
        try (TestGate gate = gate(SITE);
                RawClient client = gate.connect()) {
            client.send("PUT /api/2.0/mlflow-artifacts/artifacts/1/model HTTP/1.1\r\nHost: mlflow.example.com\r\n"
                    + "Origin: http://mlflow.example.com\r\nTransfer-Encoding: chunked\r\n"
                    + "X-Forwarded-Host: evil\r\n\r\n3\r\nabc\r\n0\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(200);
        }
        App.Seen seen = app.last();
        assertThat(seen.header("Host")).isEqualTo("127.0.0.1:" + app.port());
        assertThat(seen.header("Origin")).isEqualTo(app.url());
        assertThat(seen.header("Content-Length")).isEqualTo("3");
        assertThat(seen.header("Transfer-Encoding")).isNull();
        assertThat(seen.header("X-Forwarded-For")).isEqualTo("127.0.0.1");
        assertThat(seen.bodyBytes()).isEqualTo(3);
    }

    @Test
    void aForeignOriginAndAReboundNameAreRefused() throws IOException {
        try (TestGate gate = gate(SITE)) {
            assertThat(status(gate, "127.0.0.2", "POST", "/graphql", "Origin: http://evil.example"))
                    .isEqualTo(403);
            assertThat(status(gate, "127.0.0.2", "GET", "/", "Host: rebound.example"))
                    .isEqualTo(421);
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void ownKeysOfTheSiteComeFirst() throws IOException {
        try (TestGate gate = gate("""
                preset: mlflow
                upstream: {url: "APP", host_header: client, origin: client, request_buffering: off}
                rules: [{allow: 127.0.0.2}]
                """)) {
            assertThat(status(gate, "127.0.0.2", "POST", "/x", "Host: any.example", "Origin: http://evil.example"))
                    .isEqualTo(200);
        }
        assertThat(app.last().header("Host")).isEqualTo("any.example");
        assertThat(app.last().header("Origin")).isEqualTo("http://evil.example");
    }

    /** MLflow reads these as the assistant's own path, so the gate must: what is not refused as such is malformed. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                ASSISTANT,
                ASSISTANT + "/message",
                ASSISTANT + "/",
                "/api/3.0/mlflow/assistant/message",
                "/api/2.0/mlflow/assistant/message",
                "//ajax-api/3.0/mlflow/assistant/message",
                "///ajax-api//3.0/mlflow/assistant/message",
                "/%61jax-api/3.0/mlflow/assistant/message",
                "/ajax-api/3.0/mlflow/%61ssistant/message",
                "/ajax-api/3.0/mlflow/%61%73%73istant",
                "/ajax-api%2F3.0/mlflow/assistant/message",
                "/ajax-api%2f3.0%2fmlflow%2fassistant%2fmessage",
                "%2Fajax-api/3.0/mlflow/assistant/message",
                "/%2Fajax-api/3.0/mlflow/assistant/message",
                "/x/../ajax-api/3.0/mlflow/assistant/message",
                "/x/%2e%2e/ajax-api/3.0/mlflow/assistant/message",
                "/./ajax-api/./3.0/mlflow/assistant/message",
                "/ajax-api/3.0/mlflow/assistant;x/message",
                "/ajax-api/3.0;x/mlflow/assistant/message",
                "/ajax-api\\3.0\\mlflow\\assistant/message",
                "/ajax-api/3.0/mlflow/%2561ssistant/message",
                "/ajax-api/3.0/mlflow/runs/get/../../assistant/message",
                ASSISTANT + "/message?x=/health",
                "http://localhost" + ASSISTANT + "/message"
            })
    void theAssistantIsForThisMachineAlone(String path) throws IOException {
        try (TestGate gate = gate(SITE.replace("[127.0.0.1, 127.0.0.2]", "all"))) {
            for (String method : new String[] {"GET", "POST", "PUT"}) {
                assertThat(status(gate, "203.0.113.7", method, path)).as(method).isIn(403, 400);
            }
            assertThat(status(gate, "2001:db8::1", "POST", path)).isIn(403, 400);
            assertThat(status(gate, "203.0.113.7", "GET", "/")).isEqualTo(200);
        }
        assertThat(app.seen()).hasSize(1);
    }

    @Test
    void thisMachineReachesTheAssistantIfTheRulesAllowIt() throws IOException {
        try (TestGate gate = gate(SITE)) {
            assertThat(status(gate, "127.0.0.1", "POST", ASSISTANT + "/message"))
                    .isEqualTo(200);
            assertThat(status(gate, "127.0.0.3", "POST", ASSISTANT + "/message"))
                    .isEqualTo(403);
            assertThat(status(gate, "::1", "POST", ASSISTANT + "/message")).isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "POST", ASSISTANT + "/message"))
                    .isEqualTo(403);
        }
    }

    /** A proxy that names nobody is not this machine, though that is where it is. */
    @Test
    void whomAProxyHereDoesNotNameIsNotThisMachine() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        try (TestGate gate = TestGate.start(
                        folder,
                        "client_address: {trusted_proxies: 127.0.0.1}\npreset: mlflow\nupstream: \"" + app.url()
                                + "\"\nauth: {users_file: htpasswd}\n");
                RawClient proxy = gate.connect()) {
            String password = "Authorization: Basic YW5hOnNlY3JldA==";
            assertThat(proxy.get("/", password).status()).isEqualTo(200);
            assertThat(proxy.get(ASSISTANT + "/status", password).status()).isEqualTo(403);
            assertThat(proxy.get(ASSISTANT + "/status", password, "X-Forwarded-For: 127.0.0.2")
                            .status())
                    .isEqualTo(200);
        }
    }

    /** A password opens the site and not the assistant; on this machine, the assistant wants both. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # rules and satisfy                            | from here, no password | from here, password | elsewhere, password
            ''                                             | 401 | 200 | 403
            satisfy: any, rules: [{allow: 127.0.0.1}]      | 401 | 200 | 403
            satisfy: any, rules: [{deny: all}]             | 403 | 403 | 403
            rules: [{allow: all}]                          | 401 | 200 | 403
            """)
    void aPasswordDoesNotOpenTheAssistant(String rules, int bare, int here, int elsewhere) throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
        try (TestGate gate = gate("preset: mlflow\nupstream: APP\nauth: {users_file: htpasswd}\n"
                + rules.replace(", rules", "\nrules") + "\n")) {
            String password = "Authorization: Basic YW5hOnNlY3JldA==";
            String path = ASSISTANT + "/message";
            assertThat(status(gate, "127.0.0.1", "POST", path)).isEqualTo(bare);
            assertThat(status(gate, "127.0.0.1", "POST", path, password)).isEqualTo(here);
            assertThat(status(gate, "203.0.113.7", "POST", path, password)).isEqualTo(elsewhere);
            assertThat(status(gate, "203.0.113.7", "GET", "/", password)).isEqualTo(200);
            assertThat(status(gate, "203.0.113.7", "GET", "/health")).isEqualTo(200);
        }
    }

    /** Whatever the site says of paths around it: only a location for that very path opens it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{path: /ajax-api, rules: [{allow: all}], note: x}",
                "{path: /ajax-api/3.0/mlflow, before_regex: true, rules: [{allow: all}], note: x}",
                "{path: ^/ajax-api, match: regex, rules: [{allow: all}], note: x}",
                "{path: /ajax-api/3.0/mlflow/assistant, match: exact, rules: [{allow: all}]}",
                "{path: /ajax-api/3.0/mlflow/assistant, match: regex, rules: [{allow: all}], note: x}"
            })
    void noOtherLocationOpensTheAssistant(String location) throws IOException {
        try (TestGate gate = gate(SITE + "locations:\n  - " + location + "\n")) {
            assertThat(status(gate, "203.0.113.7", "POST", ASSISTANT + "/message"))
                    .isEqualTo(403);
            if (!location.contains("assistant")) {
                assertThat(status(gate, "203.0.113.7", "POST", "/ajax-api/3.0/mlflow/x"))
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void aLocationOfTheSameSiteWithTheSamePathReplacesThePresets() throws IOException {
        try (TestGate gate = gate(SITE + """
                locations:
                  - {path: /ajax-api/3.0/mlflow/assistant, rules: [{allow: 203.0.113.7}], note: "on purpose"}
                  - {path: /health, match: exact, rules: [{deny: 203.0.113.8}, {allow: all}]}
                """)) {
            assertThat(status(gate, "203.0.113.7", "POST", ASSISTANT + "/message"))
                    .isEqualTo(200);
            assertThat(status(gate, "203.0.113.7", "POST", "/api/3.0/mlflow/assistant/message"))
                    .isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "GET", "/health")).isEqualTo(200);
            assertThat(status(gate, "203.0.113.8", "GET", "/health")).isEqualTo(403);
        }
    }

    /** Who writes a path without {@code match} means that path, too. */
    @Test
    void aPrefixOfTheSameSiteReplacesThePresetsExactPath() throws IOException {
        try (TestGate gate = gate(SITE + "locations: [{path: /health, rules: [{deny: all}]}]\n")) {
            assertThat(status(gate, "127.0.0.1", "GET", "/health")).isEqualTo(403);
        }
    }

    @Test
    void healthIsOpenToAllAndNothingBesideIt() throws IOException {
        try (TestGate gate = gate(SITE)) {
            assertThat(status(gate, "203.0.113.7", "GET", "/health")).isEqualTo(200);
            assertThat(status(gate, "203.0.113.7", "GET", "/health/")).isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "GET", "/healthz")).isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "GET", "/version")).isEqualTo(403);
        }
    }

    @Test
    void withAStaticPrefixThePagesAreBelowIt() throws IOException {
        try (TestGate gate = gate(SITE.replace("preset: mlflow", "preset: {name: mlflow, static_prefix: /ml}")
                .replace("[127.0.0.1, 127.0.0.2]", "203.0.113.7\n    access: mlflow:read"))) {
            assertThat(status(gate, "198.51.100.1", "GET", "/ml/health")).isEqualTo(200);
            assertThat(status(gate, "198.51.100.1", "GET", "/health")).isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "GET", "/ml/")).isEqualTo(200);
            assertThat(status(gate, "203.0.113.7", "POST", "/ml/ajax-api/2.0/mlflow/runs/search"))
                    .isEqualTo(200);
            assertThat(status(gate, "203.0.113.7", "POST", "/api/2.0/mlflow/runs/search"))
                    .isEqualTo(200);
            for (String root : new String[] {"", "/ml"}) {
                assertThat(status(gate, "203.0.113.7", "GET", root + ASSISTANT + "/status"))
                        .isEqualTo(403);
            }
        }
    }

    @Test
    void aSiteOfItsOwnMayHaveThePresetAndNoOtherSiteHasIt() throws IOException {
        try (TestGate gate = gate("""
                upstream: APP
                rules: [{allow: 203.0.113.7}]
                sites:
                  - {hosts: ml.example.com, preset: mlflow, upstream: "APP", rules: [{allow: 203.0.113.7}]}
                """)) {
            String ml = "Host: ml.example.com";
            assertThat(status(gate, "203.0.113.7", "GET", ASSISTANT, ml)).isEqualTo(403);
            assertThat(status(gate, "203.0.113.7", "GET", ASSISTANT)).isEqualTo(200);
            assertThat(status(gate, "198.51.100.1", "GET", "/health", ml)).isEqualTo(200);
            assertThat(status(gate, "198.51.100.1", "GET", "/health")).isEqualTo(403);
        }
    }

    /** MLflow has no WebSockets, so nobody knows what one would do; an offer of h2c is dropped and does nothing. */
    @Test
    void openingAWebSocketIsNoLook() throws IOException {
        try (TestGate gate =
                gate("preset: mlflow\nupstream: APP\nrules: [{allow: 203.0.113.1, access: mlflow:read}]\n")) {
            assertThat(status(gate, "203.0.113.1", "GET", "/", "Connection: Upgrade", "Upgrade: WebSocket"))
                    .isEqualTo(403);
            assertThat(app.seen()).isEmpty();
            assertThat(status(gate, "203.0.113.1", "GET", "/", "Connection: Upgrade, HTTP2-Settings", "Upgrade: h2c"))
                    .isEqualTo(200);
        }
    }

    /** What a proxy or a framework may read as the method, MLflow does not; and a search is no run. */
    @ParameterizedTest
    @ValueSource(strings = {"X-HTTP-Method-Override: DELETE", "X-HTTP-Method: PUT", "X-Method-Override: PATCH"})
    void anotherMethodInAHeaderMakesNoWriteARead(String line) throws IOException {
        try (TestGate gate =
                gate("preset: mlflow\nupstream: APP\nrules: [{allow: 203.0.113.1, access: mlflow:read}]\n")) {
            String get = line.substring(0, line.indexOf(':')) + ": GET";
            assertThat(status(gate, "203.0.113.1", "POST", "/api/2.0/mlflow/runs/create", get))
                    .isEqualTo(403);
            assertThat(status(gate, "203.0.113.1", "DELETE", "/api/3.0/mlflow/traces/tr-1", get))
                    .isEqualTo(403);
            assertThat(status(gate, "203.0.113.1", "POST", "/api/2.0/mlflow/runs/create?_method=GET"))
                    .isEqualTo(403);
        }
        assertThat(app.seen()).isEmpty();
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource(textBlock = """
            # who may look, may not change
            203.0.113.1,  GET,   /,                                   200
            203.0.113.1,  HEAD,  /,                                   200
            203.0.113.1,  GET,   /api/2.0/mlflow/runs/get,            200
            203.0.113.1,  POST,  /api/2.0/mlflow/runs/search,         200
            203.0.113.1,  POST,  //api/2.0/mlflow/runs/search,        200
            203.0.113.1,  POST,  /api/2.0/mlflow/runs/create,         403
            203.0.113.1,  PUT,   /api/2.0/mlflow-artifacts/artifacts/1/a, 403
            203.0.113.1,  GET,   /api/2.0/mlflow-artifacts/artifacts/1/a, 200
            203.0.113.1,  POST,  /unknown,                            403
            203.0.113.1,  GET,   /unknown,                            403
            203.0.113.1,  POST,  /api%2F2.0/mlflow/runs/search,       403
            203.0.113.1,  GET,   /api/2.0/mlflow/webhooks/list,       403
            # who may write may look too
            203.0.113.2,  GET,   /,                                   200
            203.0.113.2,  POST,  /api/2.0/mlflow/runs/create,         200
            203.0.113.2,  GET,   /unknown,                            200
            # who may not write still looks
            203.0.113.3,  GET,   /,                                   200
            203.0.113.3,  POST,  /api/2.0/mlflow/runs/create,         403
            # who may not look may do nothing
            203.0.113.4,  GET,   /,                                   403
            203.0.113.4,  POST,  /api/2.0/mlflow/runs/create,         403
            # in a location where nobody changes anything, not even who may write elsewhere
            203.0.113.2,  GET,   /api/3.0/mlflow/issues/1,            200
            203.0.113.2,  PATCH, /api/3.0/mlflow/issues/1,            403
            203.0.113.9,  GET,   /api/3.0/mlflow/issues/1,            403
            # methods and access both have to hold
            203.0.113.5,  GET,   /,                                   200
            203.0.113.5,  POST,  /api/2.0/mlflow/runs/search,         403
            """)
    void accessSaysWhoMayLookAndWhoMayChange(String client, String method, String path, int status) throws IOException {
        try (TestGate gate = gate("""
                preset: mlflow
                upstream: APP
                rules:
                  - {allow: 203.0.113.1, access: mlflow:read}
                  - {allow: 203.0.113.2, access: mlflow:write}
                  - {deny: 203.0.113.3, access: mlflow:write}
                  - {allow: 203.0.113.3}
                  - {deny: 203.0.113.4, access: mlflow:read}
                  - {allow: 203.0.113.4}
                  - {allow: 203.0.113.5, access: mlflow:read, methods: GET}
                locations:
                  - {path: /api/3.0/mlflow/issues, access: mlflow:read}
                """)) {
            assertThat(status(gate, client, method, path)).isEqualTo(status);
        }
        assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
    }
}
