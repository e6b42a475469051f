package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.ReplacedPath;
import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code upstream.replace_path}: what the app is asked for, and where its redirects lead. */
class ReplacePathTest {

    private static final String CONF = """
            rules: [{allow: 127.0.0.1}]
            upstream: APP
            locations:
              - path: /a/
                upstream: {url: "APP", replace_path: /x/y/}
                locations:
                  - {path: /a/secret/, rules: [{deny: all}]}
                  - {path: '\\.own$', match: regex, upstream: APP}
              - {path: /strip/, upstream: {url: "APP", replace_path: /}}
              - {path: /open, upstream: {url: "APP", replace_path: /in/}}
              - {path: /exact, match: exact, upstream: {url: "APP", replace_path: /other}}
              - {path: '/my files/é/', upstream: {url: "APP", replace_path: /f/}}
              - {path: /deep/, upstream: {url: "APP", host_header: upstream, replace_path: '/caf%C3%A9/'}}
            hosts: localhost
            """;

    private static final long SEED = 20261125;
    private static final List<String> FROM = List.of("/", "/a", "/a/", "/admin/", "/a/b/");
    private static final List<String> TO = List.of("/", "/x/y/", "/a/", "/b", "/a/b/admin/");

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

    private TestGate gate() throws IOException {
        return TestGate.start(folder, CONF.replace("APP", app.url()));
    }

    @ParameterizedTest(name = "{0} becomes {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # sent                          | what the app is asked for; - for 400
            /a/                             | /x/y/
            /a/b/c.html                     | /x/y/b/c.html
            /a/b?q=/a/&r=%2e%2e/../         | /x/y/b?q=/a/&r=%2e%2e/../
            /a/?                            | /x/y/?
            /a/b?                           | /x/y/b?
            /a                              | /a
            /b/../c                         | /b/../c
            http://localhost/a/b?c          | /x/y/b?c
            # the rest is kept byte for byte
            /a/%61%2fb                      | /x/y/%61%2fb
            /a/b%20c/%C3%A9/%e9/%FF         | /x/y/b%20c/%C3%A9/%e9/%FF
            /a/b;c=d/e                      | /x/y/b;c=d/e
            /a/.git/config                  | /x/y/.git/config
            /a/..b/b../...                  | /x/y/..b/b../...
            /a/b%252fc                      | /x/y/b%252fc
            # unless there is something in it to resolve: then it goes out in its canonical form
            /a/b/../c                       | /x/y/c
            /a/./b/%2e/c                    | /x/y/b/c
            /a/b/%2e%2E/c%20d               | /x/y/c%20d
            /a//b///c                       | /x/y/b/c
            /a/b/..                         | /x/y/
            /z/../a/b                       | /x/y/b
            /%61/b%3Fc                      | /x/y/b%3Fc
            //a//b                          | /x/y/b
            /a/b/../../a/c                  | /x/y/c
            /a/b/%2e%2e/%2e%2e/a/c%22       | /x/y/c%22
            # or not at all, where it can be read in several ways
            /a/b/..%2f..%2fa/c              | -
            /a/b/%252e%252e/%252e%252e/a/c  | -
            /a/b/..%5c..%5ca/c              | -
            /a/b\\..\\..\\a\\c              | -
            /a/b/..;/..;/a/c                | -
            /a/b/..%3b/..%3b/a/c            | -
            /a//b%2fc                       | -
            /%61/b%2fc                      | -
            /a/%2fb                         | -
            /a/../../etc/passwd             | -
            /a/%2e%2e/%2e%2e/etc            | -
            /a/b/../%FF                     | -
            /a/%00                          | -
            /a/x/..%2fsecret/s              | -
            # nested locations inherit it, or have an app of their own
            /a/b.own                        | /a/b.own
            /a/secretive                    | /x/y/secretive
            # a prefix that ends within a segment leads to nothing above the new path
            /open                           | /in/
            /open/b                         | /in/b
            /opener/b                       | /in/er/b
            /open../b                       | -
            /open.                          | -
            /open./b                        | -
            /open%2e%2e/b                   | -
            /open..;/b                      | -
            /open..%2fb                     | -
            /open/../open/b                 | /in/b
            # nothing becomes another host
            /strip/                         | /
            /strip/b                        | /b
            /strip//evil.example/b          | /evil.example/b
            /strip/%2fevil.example          | -
            /strip/%5cevil.example          | -
            /strip/strip/b                  | /strip/b
            /exact                          | /other
            /exact?a                        | /other?a
            /%65xact                        | /other
            /exact/                         | /exact/
            /my%20files/%C3%A9/a%2fb        | /f/a%2fb
            /my%20files/%c3%a9/a            | /f/a
            /my%20files/%c3%a9/a%2fb        | -
            /deep/b                         | /caf%C3%A9/b
            """)
    void theLocationsPathIsReplacedAndTheRestKept(String sent, @Nullable String seen) throws IOException {
        try (TestGate gate = gate()) {
            int status = gate.getFrom("127.0.0.1", sent).status();

            if (seen == null) {
                assertThat(status).isEqualTo(400);
                assertThat(app.requests()).isEmpty();
            } else {
                assertThat(status).isEqualTo(200);
                assertThat(app.last().target()).isEqualTo(seen);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
            /a/secret/s
            /a/b/../secret/s
            /%61/secret/s
            /a//secret//s
            """)
    void whatIsClosedWithinStaysClosed(String sent) throws IOException {
        try (TestGate gate = gate()) {
            assertThat(gate.getFrom("127.0.0.1", sent).status()).isEqualTo(403);
        }
        assertThat(app.connections()).isZero();
    }

    @ParameterizedTest(name = "{0}: {1} becomes {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # sent      | the app's Location                 | the client's
            /a/b        | APP/x/y/c?d#e                      | /a/c?d#e
            /a/b        | APP/x/y/                           | /a/
            /a/b        | APP/x/z                            | APP/x/z
            /a/b        | APP.evil/x/y/c                     | APP.evil/x/y/c
            /a/b        | APP                                | APP
            /a/b        | /x/y/c                             | /a/c
            /a/b        | /x/y                               | /x/y
            /a/b        | /a/c                               | /a/c
            /a/b        | c                                  | c
            /a/b        | ../c                               | ../c
            /a/b        | https://other.example/x/y/c        | https://other.example/x/y/c
            /a/b        | //other.example/x/y/c              | //other.example/x/y/c
            /strip/b    | APP/c                              | /strip/c
            /strip/b    | /c                                 | /strip/c
            /strip/b    | /                                  | /strip/
            # an app that knows under which path it is seen
            /strip/b    | /strip/login                       | /strip/login
            /strip/b    | //evil.example                     | //evil.example
            /strip/b    | /\\evil.example                    | /\\evil.example
            /open/b     | /in/c                              | /open/c
            /exact      | /other?x                           | /exact?x
            /my%20files/%C3%A9/a | /f/b                      | /my%20files/%C3%A9/b
            /deep/b     | APP/caf%C3%A9/c                    | /deep/c
            /other      | APP/x/y/c                          | APP/x/y/c
            """)
    void redirectsLeadBack(String sent, String location, String expected) throws IOException {
        AtomicReference<String> url = new AtomicReference<>("");
        try (ScriptedApp redirecting = ScriptedApp.start(conversation -> {
                    conversation.next();
                    String value = location.replace("APP", url.get());
                    conversation.say("HTTP/1.1 302 Found\r\nLocation: " + value + "\r\nRefresh: 5; URL=" + value
                            + "\r\nX-Other: " + value + "\r\nContent-Length: 0\r\n\r\n");
                    conversation.awaitEnd();
                });
                TestGate gate = TestGate.start(folder, CONF.replace("APP", redirecting.url()))) {
            String own = "HTTP://127.0.0.1:" + redirecting.port();
            url.set(own);

            RawResponse answer = gate.getFrom("127.0.0.1", sent);

            assertThat(answer.header("Location")).isEqualTo(expected.replace("APP", own));
            assertThat(answer.header("Refresh")).isEqualTo("5; URL=" + expected.replace("APP", own));
            assertThat(answer.header("X-Other")).isEqualTo(location.replace("APP", own));
        }
    }

    @Test
    void aRedirectNeverBecomesAnotherHost() throws IOException {
        try (ScriptedApp redirecting = ScriptedApp.answering(
                        "HTTP/1.1 302 Found\r\nLocation: /app//evil.example\r\nContent-Length: 0\r\n\r\n");
                TestGate gate = TestGate.start(folder, """
                        rules: [{allow: 127.0.0.1}]
                        upstream: APP
                        locations: [{path: /, upstream: {url: "APP", replace_path: /app/}}]
                        """.replace("APP", redirecting.url()))) {
            assertThat(gate.getFrom("127.0.0.1", "/x").header("Location")).isEqualTo("/app//evil.example");
        }
    }

    @Test
    void whereTheAppSeesItsOwnNameItsRedirectsLoseIt() throws IOException {
        try (ScriptedApp redirecting = ScriptedApp.start(conversation -> {
                    String host = conversation.next().header("Host");
                    conversation.say("HTTP/1.1 302 Found\r\nLocation: http://" + host
                            + "/login?next=/\r\nContent-Length: 0\r\n\r\n");
                });
                TestGate gate = TestGate.start(folder, """
                        rules: [{allow: 127.0.0.1}]
                        hosts: localhost
                        upstream: {url: "APP", host_header: upstream}
                        locations: [{path: /kept, upstream: APP}]
                        """.replace("APP", redirecting.url()))) {
            assertThat(gate.getFrom("127.0.0.1", "/").header("Location")).isEqualTo("/login?next=/");
            assertThat(gate.getFrom("127.0.0.1", "/kept").header("Location"))
                    .isEqualTo("http://localhost/login?next=/");
        }
    }

    @Test
    void aWebSocketIsOpenedUnderTheNewPath() throws IOException {
        try (ScriptedApp echoing = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say(
                            "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nhi");
                    conversation.awaitEnd();
                });
                TestGate gate = TestGate.start(folder, CONF.replace("APP", echoing.url()));
                RawClient client = gate.connect()) {
            assertThat(client.upgrade("/a/socket?id=1").status()).isEqualTo(101);
            assertThat(client.in().readNBytes(2)).isEqualTo(new byte[] {'h', 'i'});
            assertThat(echoing.last().line()).isEqualTo("GET /x/y/socket?id=1 HTTP/1.1");
        }
    }

    /** Differences are in the page on nginx: a bare question mark, a slash at the joint, and what is encoded stays so. */
    @Test
    void theAppIsAskedForWhatNginxAsksFor() throws IOException {
        String nginxConf = """
                location / { proxy_pass APP; }
                location /a/ { proxy_pass APP/x/y/; location /a/keep/ { proxy_pass APP; } }
                location /strip/ { proxy_pass APP/; }
                location = /exact { proxy_pass APP/other; }
                location /my { proxy_pass APP/in; }
                """.replace("APP", app.url());
        String conf = """
                rules: [{allow: 127.0.0.1}]
                upstream: APP
                locations:
                  - {path: /a/, upstream: {url: "APP", replace_path: /x/y/}, locations: [{path: /a/keep/, upstream: APP}]}
                  - {path: /strip/, upstream: {url: "APP", replace_path: /}}
                  - {path: /exact, match: exact, upstream: {url: "APP", replace_path: /other}}
                  - {path: /my, upstream: {url: "APP", replace_path: /in}}
                """.replace("APP", app.url());
        Path nginxFolder = Files.createDirectory(folder.resolve("nginx"));
        try (TestGate gate = TestGate.start(folder, conf);
                ListeningProgram nginx = NginxServer.start(nginxFolder, nginxConf);
                RawClient one = gate.connect();
                RawClient other = RawClient.connect(nginx.address())) {
            for (String target : List.of(
                    "/",
                    "/x?y",
                    "/a/",
                    "/a/b/c?d=e",
                    "/a/b/../c",
                    "/z/../a/b",
                    "/%61/b",
                    "/a//b///c",
                    "/a/keep/b",
                    "/a/keep/../b",
                    "/strip/",
                    "/strip/b?c=%2f",
                    "/strip//b",
                    "/exact",
                    "/exact?a",
                    "/my",
                    "/myb",
                    "/my/b",
                    "/a/b%20c",
                    "/a/%C3%A9",
                    "/a/./b/%2e%2e/c%20d",
                    "/a/b/..",
                    "/a/b+c:d@e,f",
                    "/a/b?q=%zz")) {
                assertThat(one.get(target).status()).as(target).isEqualTo(200);
                String ours = app.last().target();
                assertThat(other.get(target).status()).as(target).isEqualTo(200);
                assertThat(ours).as(target).isEqualTo(app.last().target());
            }
        }
    }

    /** Whatever is sent, every server that decodes and resolves it finds itself below the new path. */
    @Test
    void noPathLeavesTheNewOne() {
        Random random = new Random(SEED);
        int replaced = 0;
        for (int i = 0; i < 200_000; i++) {
            String from = FROM.get(random.nextInt(FROM.size()));
            String to = TO.get(random.nextInt(TO.size()));
            String target = (random.nextBoolean() ? from : "")
                    + RequestPathTest.target(random).substring(1);
            RequestPath path = RequestPath.of(target.startsWith("/") ? target : "/" + target);
            if (path.problem() != null || !path.readings().stream().allMatch(one -> one.startsWith(from))) {
                continue; // it is refused, or another location's
            }
            String seen = AppPath.of(new ReplacedPath(from, from, to), target.startsWith("/") ? target : "/" + target);
            if (seen != null) {
                replaced++;
                assertThat(RequestPath.of(seen).readings())
                        .as("%s of %s becomes %s, seed %d", target, from, seen, SEED)
                        .isNotEmpty()
                        .allMatch(reading -> reading.startsWith(to));
                assertThat(seen).as("%s, seed %d", target, SEED).doesNotStartWith("//");
            }
        }
        assertThat(replaced).isGreaterThan(10_000);
    }
}
