package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.net.IpAddress;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Ports;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Who may look at the gate, and that nobody else may. */
class AdminListenerTest {

    private static final String GATE = """
            upstream: "APP"
            rules: [{allow: 127.0.0.1}]
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @AutoClose
    private @Nullable TestGate started;

    private TestGate gate() {
        return Objects.requireNonNull(started);
    }

    private void start(String conf) throws IOException {
        started = TestGate.start(folder, conf(conf));
    }

    private String conf(String more) {
        return GATE.replace("APP", app.url()) + more;
    }

    private RawClient connectFrom(String source) throws IOException {
        InetSocketAddress bound = Objects.requireNonNull(gate().gate().adminAddress());
        InetSocketAddress reachable = bound.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(IpAddress.parse("127.0.0.1").toInetAddress(), bound.getPort())
                : bound;
        return RawClient.connect(source, reachable);
    }

    private RawResponse get(String path, String... headerLines) throws IOException {
        try (RawClient client = connectFrom("127.0.0.1")) {
            return client.get(path, headerLines);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/metrics", "/healthz", "/readyz", "/api/status"})
    void pagesAreNeitherKeptNorGuessedNorFramed(String path) throws IOException {
        start("admin: 0\n");

        RawResponse answer = get(path);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Cache-Control")).isEqualTo("no-store");
        assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
        assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'", "frame-ancestors 'none'");
    }

    @Test
    void onePortAloneIsOneOfThisMachinesOwn() throws IOException {
        start("admin: 0\n");

        assertThat(Objects.requireNonNull(gate().gate().adminAddress())
                        .getAddress()
                        .isLoopbackAddress())
                .isTrue();
    }

    @Test
    void withoutItNothingListens() throws IOException {
        start("");

        assertThat(gate().gate().adminAddress()).isNull();
        assertThat(gate().getFrom("127.0.0.1", "/metrics").body())
                .isEqualTo(gate().getFrom("127.0.0.1", "/other").body());
    }

    @Test
    void aHeadHasNoBody() throws IOException {
        start("admin: 0\n");

        try (RawClient client = connectFrom("127.0.0.1")) {
            assertThat(client.request("HEAD", "/healthz").status()).isEqualTo(200);
            assertThat(client.get("/healthz").body()).isEqualTo("alive\n");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
    void nothingCanBeChanged(String method) throws IOException {
        start("admin: 0\n");

        try (RawClient client = connectFrom("127.0.0.1")) {
            RawResponse answer = client.request(method, "/api/status");
            assertThat(answer.status()).isEqualTo(405);
            assertThat(answer.header("Allow")).isEqualTo("GET, HEAD");
        }
    }

    @Test
    void whatIsNotThereIsSaidToBe() throws IOException {
        start("admin: 0\n");

        RawResponse answer = get("/nothing");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.body()).contains("/metrics");
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            # a name that a stranger has point here must not open the pages to a browser of ours
            evil.example.com,      421
            evil.example.com:9095, 421
            localhost.evil.com,    421
            gate.example.com.evil, 421
            localhost,             200
            localhost:9095,        200
            127.0.0.1:9095,        200
            [::1]:9095,            200
            gate.example.com,      200
            Gate.Example.com:9095, 200
            """)
    void onlyNamesOfOursAreAnswered(String host, int status) throws IOException {
        start("admin: {listen: 0, hosts: [gate.example.com]}\n");

        try (RawClient client = connectFrom("127.0.0.1")) {
            RawResponse answer = client.send("GET /api/status HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                    .readAnswerTo("GET");

            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.body().contains("\"rules\"")).isEqualTo(status == 200);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"127.0.0.1, 200", "127.0.0.2, 200", "127.1.2.3, 200"})
    void thisMachineMayLook(String from, int status) throws IOException {
        start("admin: 127.0.0.1:0\n");

        try (RawClient client = connectFrom(from)) {
            assertThat(client.get("/healthz").status()).isEqualTo(status);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"127.0.0.1, 403", "127.0.0.2, 200", "127.0.0.3, 403"})
    void rulesDecideWhereThereAreSome(String from, int status) throws IOException {
        start("admin: {listen: 0, rules: [{allow: 127.0.0.2}]}\n");

        try (RawClient client = connectFrom(from)) {
            assertThat(client.get("/metrics").status()).isEqualTo(status);
        }
    }

    @Test
    void reportingOnlyIsForTheAppsAndNotForThesePages() throws IOException {
        start("mode: report\nadmin: {listen: 0, rules: [{allow: 127.0.0.2}]}\n");

        try (RawClient client = connectFrom("127.0.0.3")) {
            assertThat(client.get("/metrics").status()).isEqualTo(403);
        }
    }

    @Test
    void aProxyOnThisMachineThatNobodyNamedOpensNothing() throws IOException {
        start("admin: 0\n");

        assertThat(get("/api/status", "X-Forwarded-For: 203.0.113.7").status()).isEqualTo(403);
    }

    @Test
    void aPasswordIsAskedForWhereOneIsWanted() throws IOException {
        Files.writeString(folder.resolve("operators"), "op:{PLAIN}secret\n");
        start("admin: {listen: 0, auth: {realm: gate, users_file: operators}}\n");

        assertThat(get("/api/status").status()).isEqualTo(401);
        assertThat(get("/api/status").header("WWW-Authenticate")).contains("realm=\"gate\"");
        assertThat(get("/api/status", Basic.line("op", "wrong")).status()).isEqualTo(401);
        assertThat(get("/api/status", Basic.line("op", "secret")).status()).isEqualTo(200);
    }

    @Test
    void rulesAndAPasswordAreBothNeeded() throws IOException {
        Files.writeString(folder.resolve("operators"), "op:{PLAIN}secret\n");
        start("admin: {listen: 0, rules: [{allow: 127.0.0.2}], auth: {users_file: operators}}\n");

        try (RawClient stranger = connectFrom("127.0.0.3");
                RawClient operator = connectFrom("127.0.0.2")) {
            assertThat(stranger.get("/metrics", Basic.line("op", "secret")).status())
                    .isEqualTo(403);
            assertThat(operator.get("/metrics").status()).isEqualTo(401);
            assertThat(operator.get("/metrics", Basic.line("op", "secret")).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void itAnswersWhenTheGateIsFull() throws IOException {
        start("limits: {connections: 1}\nadmin: 0\n");

        try (RawClient only = gate().connect().send("GET / HTTP/1.1\r\n")) {
            Eventually.holds(
                    "the connection is known", () -> gate().gate().connections().count() == 1);
            assertThat(get("/healthz").status()).isEqualTo(200);
            assertThat(get("/metrics").body()).contains("ipgate_client_connections_max 1.0\n");
            assertThat(only.socket().isClosed()).isFalse();
        }
    }

    @Test
    void whatItIsAskedIsNeitherCountedNorLogged() throws IOException {
        start("admin: 0\n");

        get("/metrics");

        assertThat(get("/metrics").body()).doesNotContain("ipgate_requests_total{");
        assertThat(gate().log()).isEmpty();
    }

    // ---- ready ------------------------------------------------------------------------------------------------------

    @Test
    void isReadyWhileTheAppCanBeReached() throws IOException {
        start("admin: 0\n");

        assertThat(get("/readyz").body()).isEqualTo("ready\n");
    }

    @Test
    void isNotReadyWithoutTheAppAndSaysWhy() throws IOException {
        int port = Ports.free();
        started = TestGate.start(folder, """
                upstream: "http://127.0.0.1:PORT"
                rules: [{allow: 127.0.0.1}]
                admin: 0
                """.replace("PORT", Integer.toString(port)));

        RawResponse answer = get("/readyz");

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).isEqualTo("not ready: nothing answers on 127.0.0.1:" + port + "\n");
        assertThat(get("/healthz").status()).isEqualTo(200);
    }

    @Test
    void isReadyWithOneAppOfTwoAndNamesTheOther() throws IOException {
        int port = Ports.free();
        start("""
                locations: [{path: /other, upstream: "http://127.0.0.1:PORT"}]
                admin: 0
                """.replace("PORT", Integer.toString(port)));

        RawResponse answer = get("/readyz");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("ready\nnothing answers on 127.0.0.1:" + port + "\n");
    }

    // ---- reload -----------------------------------------------------------------------------------------------------

    @Test
    void comesMovesAndGoesWithAReload() throws IOException {
        start("");

        assertThat(gate().reload(conf("admin: 127.0.0.1:0\n"))).isEqualTo("admin changed");
        assertThat(get("/healthz").status()).isEqualTo(200);

        assertThat(gate().reload(conf("admin: {listen: 127.0.0.1:0, rules: [{allow: 127.0.0.2}]}\n")))
                .isEqualTo("admin changed");
        assertThat(get("/healthz").status()).isEqualTo(403);

        InetSocketAddress before = Objects.requireNonNull(gate().gate().adminAddress());
        assertThat(gate().reload(conf("admin: off\n"))).isEqualTo("admin changed");
        assertThat(gate().gate().adminAddress()).isNull();
        assertThatThrownBy(() -> RawClient.connect(before)).isInstanceOf(IOException.class);
    }

    @Test
    void aConnectionFromBeforeIsJudgedByTheRulesOfTheDay() throws IOException {
        start("admin: 127.0.0.1:0\n");

        try (RawClient client = connectFrom("127.0.0.1")) {
            assertThat(client.get("/healthz").status()).isEqualTo(200);
            gate().reload(conf("admin: {listen: 127.0.0.1:0, rules: [{allow: 127.0.0.2}]}\n"));
            assertThat(client.get("/healthz").status()).isEqualTo(403);
        }
    }

    @Test
    void aPortThatIsTakenFailsTheReloadAndChangesNothing() throws IOException {
        start("admin: 127.0.0.1:0\n");
        try (ServerSocket taken =
                new ServerSocket(0, 1, IpAddress.parse("127.0.0.1").toInetAddress())) {
            String more = "groups: {a: [10.0.0.1]}\nadmin: 127.0.0.1:" + taken.getLocalPort() + "\n";

            assertThatThrownBy(() -> gate().reload(conf(more)))
                    .isInstanceOf(CannotListenException.class)
                    .hasMessageContaining("127.0.0.1:" + taken.getLocalPort())
                    .hasMessageContaining("in use");
        }
        assertThat(get("/healthz").status()).isEqualTo(200);
        assertThat(get("/metrics").body())
                .contains("ipgate_reloads_total{result=\"failure\"} 1.0\n", "ipgate_last_reload_successful 0.0\n");
    }

    @Test
    void aMalformedRequestIsRefused() throws IOException {
        start("admin: 0\n");

        try (RawClient client = connectFrom("127.0.0.1")) {
            client.send("GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n".getBytes(UTF_8));
            assertThat(client.read().status()).isEqualTo(400);
            assertThat(client.isClosedByServer()).isTrue();
        }
    }
}
