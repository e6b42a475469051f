package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.ListeningProgram;
import dev.ipgate.testing.NginxServer;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The table of satisfy, over real requests, and the same requests answered by nginx. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class SatisfyTableTest {

    @Parameter
    private Transport transport;

    /** 127.0.0.2 is allowed, 127.0.0.3 is denied. */
    private static final String CONF = """
            upstream: "APP"
            auth: {realm: 'The "one"', users_file: htpasswd}
            rules: [{allow: 127.0.0.2}, {deny: all}]
            locations:
              - {path: /all, satisfy: all}
              - {path: /any, satisfy: any}
              - {path: /rules, auth: off}
              - {path: /own, satisfy: any, rules: [{deny: 127.0.0.2}, {allow: 127.0.0.3}]}
            sites:
              - hosts: password.example.com
                upstream: "APP"
                auth: {realm: 'The "one"', users_file: htpasswd}
                locations:
                  - {path: /open, auth: off, rules: [{allow: all}]}
            """;

    private static final String NGINX = """
            server_name localhost;
            auth_basic 'The "one"'; auth_basic_user_file htpasswd;
            location /all { satisfy all; allow 127.0.0.2; deny all; proxy_pass APP; }
            location /any { satisfy any; allow 127.0.0.2; deny all; proxy_pass APP; }
            location /rules { auth_basic off; allow 127.0.0.2; deny all; proxy_pass APP; }
            location /own { satisfy any; deny 127.0.0.2; allow 127.0.0.3; deny all; proxy_pass APP; }
            location /password { proxy_pass APP; }
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @BeforeEach
    void writeUsers() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
    }

    private static String[] lines(String password) {
        return switch (password) {
            case "right" -> new String[] {Basic.line("ana", "secret")};
            case "wrong" -> new String[] {Basic.line("ana", "Secret")};
            case "unknown" -> new String[] {Basic.line("bea", "secret")};
            default -> new String[0];
        };
    }

    @ParameterizedTest(name = "{0} from {1} with a {2} password: {3}")
    @CsvSource(textBlock = """
            # path,  from,      password, status
            /all,    127.0.0.2, right,    200
            /all,    127.0.0.2, none,     401
            /all,    127.0.0.2, wrong,    401
            /all,    127.0.0.2, unknown,  401
            /all,    127.0.0.3, right,    403
            /all,    127.0.0.3, none,     403
            /all,    127.0.0.3, wrong,    403
            /any,    127.0.0.2, right,    200
            /any,    127.0.0.2, none,     200
            /any,    127.0.0.2, wrong,    200
            /any,    127.0.0.3, right,    200
            /any,    127.0.0.3, none,     401
            /any,    127.0.0.3, wrong,    401
            /rules,  127.0.0.2, wrong,    200
            /rules,  127.0.0.3, right,    403
            /own,    127.0.0.2, none,     401
            /own,    127.0.0.2, right,    200
            /own,    127.0.0.3, none,     200
            /,       127.0.0.2, none,     401
            /,       127.0.0.3, right,    403
            """)
    void isKept(String path, String from, String password, int status) throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, CONF.replace("APP", app.url()))) {
            RawResponse answer = gate.getFrom(from, path, lines(password));

            assertThat(answer.status()).isEqualTo(status);
            assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
            assertThat(answer.header("WWW-Authenticate"))
                    .isEqualTo(status == 401 ? "Basic realm=\"The \\\"one\\\"\", charset=\"UTF-8\"" : null);
        }
    }

    @ParameterizedTest(name = "{0} with a {1} password: {2}")
    @CsvSource({"/, right, 200", "/, none, 401", "/, wrong, 401", "/open, none, 200", "/open, wrong, 200"})
    void withoutRulesThePasswordAloneDecides(String path, String password, int status) throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, CONF.replace("APP", app.url()));
                RawClient client = gate.connectFrom("127.0.0.9")) {
            List<String> lines = new ArrayList<>(List.of(lines(password)));
            lines.add("Host: password.example.com");

            assertThat(client.get(path, lines.toArray(String[]::new)).status()).isEqualTo(status);
        }
    }

    /** mode: report is about addresses: under all they no longer matter, and no password is spared. */
    @ParameterizedTest(name = "{0} from {1} with a {2} password: {3}, {4}")
    @CsvSource(textBlock = """
            /all,    127.0.0.2, none,  401, no-password
            /all,    127.0.0.3, none,  401, no-password
            /all,    127.0.0.3, wrong, 401, wrong-password
            /all,    127.0.0.3, right, 200, would-deny
            /any,    127.0.0.2, none,  200, allow
            /any,    127.0.0.3, none,  401, no-password
            /any,    127.0.0.3, right, 200, allow
            /rules,  127.0.0.3, none,  200, would-deny
            """)
    void reportingIsAboutAddresses(String path, String from, String password, int status, String decision)
            throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, "mode: report\n" + CONF.replace("APP", app.url()))) {
            assertThat(gate.getFrom(from, path, lines(password)).status()).isEqualTo(status);
            gate.gate().close();
            assertThat(gate.log()).contains(" decision=" + decision + " ");
        }
    }

    /** Whoever has no address, or none to be believed, is refused before any password is looked at. */
    @ParameterizedTest(name = "{0} from {1} with {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            /any | 127.0.0.9 | X-Forwarded-For: unknown         | 403
            /any | 127.0.0.9 | X-Forwarded-For: 127.0.0.2, 1.2.3 | 403
            /any | 127.0.0.9 | X-Forwarded-For: 010.0.0.1       | 403
            /all | 127.0.0.9 | X-Forwarded-For: unknown         | 403
            /any | 127.0.0.2 | X-Forwarded-For: 127.0.0.2       | 403
            /any | 127.0.0.3 | Via: 1.1 x                       | 403
            /any | 127.0.0.9 | X-Forwarded-For: 127.0.0.3       | 200
            """)
    void noPasswordMakesUpForAnAddressThatCannotBeKnown(String path, String from, String line, int status)
            throws IOException {
        String trusted = "client_address: {trusted_proxies: 127.0.0.9}\n";
        try (TestGate gate = TestGate.start(transport, folder, trusted + CONF.replace("APP", app.url()))) {
            RawResponse answer = gate.getFrom(from, path, Basic.line("ana", "secret"), line);

            assertThat(answer.status()).isEqualTo(status);
            assertThat(gate.gate().usersFiles().hashes()).isEqualTo(status == 200 ? 1 : 0);
        }
        assertThat(app.seen()).hasSize(status == 200 ? 1 : 0);
    }

    /** A path that two servers read differently is neither the place without a password nor the one with. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/open%2F..%2Fsecret",
                "/secret/..%2Fopen",
                "/open/..;/secret",
                "/open\\..\\secret",
                "/%6fpen/%252e%252e/secret"
            })
    void aPathThatMayBeAnotherPlaceIsRefused(String path) throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, CONF.replace("APP", app.url()));
                RawClient client = gate.connectFrom("127.0.0.9")) {
            assertThat(client.get(path, "Host: password.example.com").status()).isIn(400, 401);
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void nginxAnswersTheSame() throws IOException {
        try (ListeningProgram nginx = NginxServer.start(folder, NGINX.replace("APP", app.url()));
                TestGate gate = TestGate.start(transport, folder, CONF.replace("APP", app.url()))) {
            for (String path : List.of("/all", "/any", "/rules", "/own", "/password")) {
                for (String from : List.of("127.0.0.2", "127.0.0.3")) {
                    for (String password : List.of("right", "none", "wrong", "unknown", "right")) {
                        List<String> lines = new ArrayList<>(List.of(lines(password)));
                        lines.add("Host: " + (path.equals("/password") ? "password.example.com" : "localhost"));
                        RawResponse ours = ask(from, gate.address(), path, lines);
                        RawResponse theirs = ask(from, nginx.address(), path, lines);

                        assertThat(ours.status())
                                .as("%s from %s with a %s password", path, from, password)
                                .isEqualTo(theirs.status());
                        assertThat(ours.header("WWW-Authenticate") == null)
                                .isEqualTo(theirs.header("WWW-Authenticate") == null);
                    }
                }
            }
        }
    }

    private static RawResponse ask(String from, InetSocketAddress server, String path, List<String> lines)
            throws IOException {
        try (RawClient client = RawClient.connect(from, server)) {
            return client.get(path, lines.toArray(String[]::new));
        }
    }
}
