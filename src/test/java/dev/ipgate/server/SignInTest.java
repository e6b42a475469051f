package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The sign-in page behind a trusted proxy that speaks https for it. */
@Timeout(60)
class SignInTest {

    private static final String PAGE = "/.ipgate/in";
    private static final String ANA = "203.0.113.7";
    private static final String OTHER = "203.0.113.8";
    private static final String USERS = "ana:{PLAIN}correct horse\n";
    private static final String RIGHT = "user=ana&password=correct+horse";
    private static final String WRONG = "user=ana&password=wrong";

    @TempDir
    private Path folder;

    private App app;
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        app = App.start();
        Files.writeString(folder.resolve("users"), USERS);
        gate = TestGate.start(folder, conf("for: 12h"));
    }

    @AfterEach
    void stop() throws IOException {
        gate.close();
        app.close();
    }

    private String conf(String more) {
        return """
                upstream: "APP"
                client_address: {trusted_proxies: [127.0.0.1]}
                rules: [{allow: granted}, {deny: all}]
                state: state
                grants: {page: PAGE, users_file: users, attempts: {failures: 3, delay: 0s}, MORE}
                """.replace("APP", app.url()).replace("PAGE", PAGE).replace("MORE", more);
    }

    private RawResponse ask(String client, String method, String path, String body, String... lines)
            throws IOException {
        try (RawClient proxy = gate.connectHttp1From("127.0.0.1")) {
            StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: ml.test\r\n");
            request.append("X-Forwarded-For: ").append(client).append("\r\n");
            for (String line : lines) {
                request.append(line).append("\r\n");
            }
            if (method.equals("POST")) {
                request.append("Content-Length: ").append(body.length()).append("\r\n");
            }
            return proxy.send(request + "\r\n" + body).readAnswerTo(method);
        }
    }

    private RawResponse post(String client, String form, String... lines) throws IOException {
        String[] all = new String[lines.length + 3];
        all[0] = "X-Forwarded-Proto: https";
        all[1] = "Origin: https://ml.test";
        all[2] = "Content-Type: application/x-www-form-urlencoded";
        System.arraycopy(lines, 0, all, 3, lines.length);
        return ask(client, "POST", PAGE, form, all);
    }

    private int status(String client) throws IOException {
        return ask(client, "GET", "/experiments", "").status();
    }

    @Test
    void whoHasThePasswordIsInFromWhereTheyAreAndNobodyElse() throws IOException {
        assertThat(status(ANA)).isEqualTo(403);

        RawResponse answer = post(ANA, RIGHT);

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.body()).matches("203\\.0\\.113\\.7 is let in until [0-9TZ:-]+\n");
        assertThat(status(ANA)).isEqualTo(200);
        assertThat(status(OTHER)).isEqualTo(403);
        assertThat(gate.log()).doesNotContain("correct horse");
    }

    @Test
    void ofIpv6TheNetworkIsIn() throws IOException {
        assertThat(post("2001:db8:1:2::7", RIGHT).body()).startsWith("2001:db8:1:2::/64 is let in until ");

        assertThat(status("2001:db8:1:2:ffff::1")).isEqualTo(200);
        assertThat(status("2001:db8:1:3::7")).isEqualTo(403);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            user=ana&password=wrong
            user=ben&password=correct+horse
            user=&password=
            user=ana
            ''
            user=ana%00&password=correct+horse
            token=AAAAAAAAAAAAAAAAAAAAAA
            token=
            """)
    void whoHasNotIsNot(String form) throws IOException {
        assertThat(post(ANA, form).status()).isEqualTo(403);
        assertThat(status(ANA)).isEqualTo(403);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            user=ana&user=ana&password=correct+horse
            user=%zz&password=correct+horse
            """)
    void malformedFormsAreRefused(String form) throws IOException {
        assertThat(post(ANA, form).status()).isEqualTo(400);
        assertThat(status(ANA)).isEqualTo(403);
    }

    /** A page of another site may make a browser send whatever form it likes, but never with our Origin. */
    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            Origin: https://evil.test
            Origin: null
            Origin: http://ml.test
            Origin: https://ml.test:8443
            X-Nothing: no Origin at all
            """)
    void aFormOfAnotherSiteLetsNobodyIn(String line) throws IOException {
        RawResponse answer = ask(
                ANA,
                "POST",
                PAGE,
                RIGHT,
                "X-Forwarded-Proto: https",
                "Content-Type: application/x-www-form-urlencoded",
                line);

        assertThat(answer.status()).isEqualTo(403);
        assertThat(answer.body()).contains("The request came from another site");
        assertThat(status(ANA)).isEqualTo(403);
    }

    @Test
    void overPlainHttpNobodyIs() throws IOException {
        String[] plain = {"Origin: http://ml.test", "Content-Type: application/x-www-form-urlencoded"};

        assertThat(ask(ANA, "POST", PAGE, RIGHT, plain).body()).startsWith("403 Signing in needs https\n");
        assertThat(ask(ANA, "GET", PAGE, "").status()).isEqualTo(403);
        assertThat(status(ANA)).isEqualTo(403);
    }

    /** Who hides behind a proxy that nobody trusts would let in all who are behind it. */
    @Test
    void behindAnUnknownProxyNobodyIs() throws IOException {
        try (RawClient proxy = gate.connectHttp1From("127.0.0.1")) { // which is trusted, but names no client
            String answer = proxy.send("POST " + PAGE + " HTTP/1.1\r\nHost: ml.test\r\nX-Forwarded-Proto: https\r\n"
                            + "Origin: https://ml.test\r\nContent-Type: application/x-www-form-urlencoded\r\n"
                            + "Content-Length: " + RIGHT.length() + "\r\n\r\n" + RIGHT)
                    .read()
                    .body();
            assertThat(answer).startsWith("403 Your address cannot be seen from here\n");
        }
        assertThat(ask("127.0.0.1", "GET", "/", "").status()).isEqualTo(403);
    }

    @Test
    void whoGuessesIsHeldAndOthersAreNot() throws IOException {
        for (int i = 0; i < 6; i++) { // twice as many as attempts.failures
            assertThat(post(ANA, WRONG + i).status()).isEqualTo(403);
        }
        RawResponse held = post(ANA, WRONG + "7");

        assertThat(held.status()).isEqualTo(429);
        assertThat(held.header("Retry-After")).isNotNull();
        assertThat(post(ANA, RIGHT).status())
                .as("nothing that was not right before")
                .isEqualTo(429);
        assertThat(post(OTHER, RIGHT).status()).isEqualTo(200);
    }

    @Test
    void anInviteIsGoodOnce() throws IOException {
        String token = gate.gate().grants().invite(Duration.ofHours(1), null, "root", "for Ben");

        assertThat(post(ANA, "token=" + URLEncoder.encode(token, UTF_8)).status())
                .isEqualTo(200);
        assertThat(status(ANA)).isEqualTo(200);
        assertThat(post(OTHER, "token=" + token).status()).isEqualTo(403);
        assertThat(status(OTHER)).isEqualTo(403);
        assertThat(gate.log()).doesNotContain(token);
    }

    @Test
    void twoWhoUseOneInviteAtOnceAreOneWhoGetsIn() throws Exception {
        String token = gate.gate().grants().invite(Duration.ofHours(1), null, "root", null);
        List<Integer> statuses = IntStream.range(0, 8)
                .parallel()
                .mapToObj(i -> {
                    try {
                        return post("203.0.113." + (100 + i), "token=" + token).status();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                })
                .sorted()
                .toList();

        assertThat(statuses).containsExactly(200, 403, 403, 403, 403, 403, 403, 403);
    }

    @Test
    void aGrantEnds() throws IOException {
        gate.reload(conf("for: 1s"));
        assertThat(post(ANA, RIGHT).status()).isEqualTo(200);

        Eventually.holds("it is out again", () -> status(ANA) == 403);
    }

    @Test
    void aGrantOutlivesARestartAndAReload() throws IOException {
        post(ANA, RIGHT);
        gate.reload(conf("for: 2h"));
        assertThat(status(ANA)).isEqualTo(200);

        gate.close();
        gate = TestGate.start(folder, conf("for: 12h"));

        assertThat(status(ANA)).isEqualTo(200);
        assertThat(status(OTHER)).isEqualTo(403);
    }

    @Test
    void theFormIsThereForBrowsersInTheirLanguage() throws IOException {
        RawResponse page = ask(ANA, "GET", PAGE, "", "X-Forwarded-Proto: https", "Accept: text/html");
        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body())
                .contains("<h1>Sign in from here</h1>", ">203.0.113.7</p>", "It is let in for 12h.")
                .doesNotContain("{{");
        assertThat(page.header("Content-Security-Policy"))
                .contains("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "script-src 'sha256-");
        assertThat(page.header("Cache-Control")).isEqualTo("no-store");

        RawResponse spanish = post(ANA, WRONG, "Accept: text/html", "Accept-Language: es-MX");
        assertThat(spanish.status()).isEqualTo(403);
        assertThat(spanish.body()).contains("role=\"alert\"", "El usuario o la contraseña no son correctos");

        RawResponse json = post(OTHER, RIGHT, "Accept: application/json");
        assertThat(json.body()).startsWith("{\"granted\":\"203.0.113.8\",\"until\":\"20");
    }

    @Test
    void theDenialPointsToIt() throws IOException {
        assertThat(ask(ANA, "GET", "/", "", "Accept: text/html").body()).contains("<a href=\"" + PAGE + "\">");
        assertThat(ask(ANA, "GET", "/", "").body()).contains("Or sign in at: " + PAGE + "\n");
    }

    @Test
    void otherMethodsAndOtherPathsAreNoneOfIts() throws IOException {
        RawResponse delete = ask(ANA, "DELETE", PAGE, "", "X-Forwarded-Proto: https");
        assertThat(delete.status()).isEqualTo(405);
        assertThat(ask(ANA, "GET", PAGE + "/", "", "X-Forwarded-Proto: https").status())
                .isEqualTo(403);
        assertThat(ask(ANA, "GET", "/.ipgate/%69n", "", "X-Forwarded-Proto: https")
                        .status())
                .isEqualTo(403);
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void whatIsTooLargeOrNoFormIsRefused() throws IOException {
        assertThat(post(ANA, RIGHT + "&x=" + "x".repeat(5000)).status()).isEqualTo(413);
        RawResponse json = ask(
                ANA,
                "POST",
                PAGE,
                "{}",
                "X-Forwarded-Proto: https",
                "Origin: https://ml.test",
                "Content-Type: application/json");
        assertThat(json.status()).isEqualTo(400);
    }

    @Test
    void aFormInChunksIsReadToo() throws IOException {
        try (RawClient proxy = gate.connectHttp1From("127.0.0.1")) {
            proxy.send("POST " + PAGE + " HTTP/1.1\r\nHost: ml.test\r\nX-Forwarded-For: " + ANA
                    + "\r\nX-Forwarded-Proto: https\r\nOrigin: https://ml.test\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n"
                    + "Expect: 100-continue\r\n\r\n");
            assertThat(proxy.readHead().status()).isEqualTo(100);
            proxy.send("9\r\nuser=ana&\r\n");
            proxy.send("16\r\npassword=correct+horse\r\n0\r\n\r\n");
            assertThat(proxy.read().status()).isEqualTo(200);
            proxy.send("GET / HTTP/1.1\r\nHost: ml.test\r\nX-Forwarded-For: " + ANA + "\r\n\r\n");
            assertThat(proxy.read().status()).as("the connection goes on").isEqualTo(200);

            proxy.send("POST " + PAGE + " HTTP/1.1\r\nHost: ml.test\r\nX-Forwarded-For: " + ANA
                    + "\r\nX-Forwarded-Proto: https\r\nOrigin: https://ml.test\r\n"
                    + "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n");
            proxy.send("1388\r\n" + "x".repeat(5000) + "\r\n0\r\n\r\n");
            assertThat(proxy.read().status()).isEqualTo(413);
        }
    }

    @Test
    void aFolderThatCannotBeWrittenLetsNobodyInAndTheRulesGoOn() throws IOException {
        gate.close();
        Files.writeString(folder.resolve("a-file"), "");
        gate = TestGate.start(
                folder,
                conf("for: 1h")
                        .replace("state: state", "state: a-file/state")
                        .replace("{allow: granted}", "{allow: [granted, 203.0.113.9]}"));

        RawResponse answer = post(ANA, RIGHT);

        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.body()).contains("You could not be let in");
        assertThat(status(ANA)).isEqualTo(403);
        assertThat(status("203.0.113.9")).isEqualTo(200);
    }

    @Test
    void whoeverIsTakenOutOfTheUsersFileCannotSignInAgain() throws IOException {
        assertThat(post(ANA, RIGHT).status()).isEqualTo(200);
        Files.writeString(folder.resolve("users"), "ben:{PLAIN}x\n");
        gate.reload(conf("for: 12h"));

        assertThat(post(OTHER, RIGHT).status()).isEqualTo(403);
    }
}
