package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

/** What the app learns of who logs in: its own login's headers, and what the gate says. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "H2C"})
class AppAuthorizationTest {

    @Parameter
    private Transport transport;

    private static final String ANA = Basic.line("ana", "secret");

    @TempDir
    private Path folder;

    @AutoClose
    private App app;

    @BeforeEach
    void startApp() throws IOException {
        app = App.start((self, exchange) -> {
            self.note(exchange);
            exchange.getResponseHeaders().add("WWW-Authenticate", "Basic realm=\"the app's\"");
            exchange.getResponseHeaders().add("WWW-Authenticate", "Bearer");
            exchange.sendResponseHeaders(401, -1);
        });
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\nbéa €:{PLAIN}secret\n");
    }

    private String conf(String text) {
        return text.replace("APP", "\"" + app.url() + "\"");
    }

    private List<String> seen(String header) {
        return app.last().headers().getOrDefault(header, List.of());
    }

    private Path credentials(String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("app.credentials"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic YW5hOnNlY3JldA==", "Bearer e.y.J", "Digest username=\"ana\", uri=\"/\"", "x"})
    void withRulesAloneTheAppsLoginPassesBothWays(String authorization) throws IOException {
        try (TestGate gate = TestGate.start(transport, folder, conf("upstream: APP\nrules: [{allow: 127.0.0.1}]\n"))) {
            RawResponse answer = gate.getFrom("127.0.0.1", "/", "Authorization: " + authorization);

            assertThat(seen("Authorization")).containsExactly(authorization);
            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.headers().get("www-authenticate")).containsExactly("Basic realm=\"the app's\"", "Bearer");
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            keep,                            Basic YW5hOnNlY3JldA==
            strip,                           ''
            {replace_file: app.credentials}, Basic c3ZjOnDDpHNzOndvcnQ=
            """)
    void theAppSeesWhatTheConfFileSays(String authorization, String expected) throws IOException {
        credentials("svc:päss:wort\n", "rw-r-----");
        String upstream = "upstream: {url: APP, authorization: " + authorization + "}\n";
        String auth = "auth: {users_file: htpasswd}\n";
        try (TestGate gate = TestGate.start(transport, folder, conf(upstream + auth))) {
            gate.getFrom("127.0.0.1", "/", ANA);
            assertThat(String.join("|", seen("Authorization"))).isEqualTo(expected);
        }
        try (TestGate gate = TestGate.start(transport, folder, conf(upstream + "rules: [{allow: 127.0.0.1}]\n"))) {
            gate.getFrom("127.0.0.1", "/");
            assertThat(String.join("|", seen("Authorization")))
                    .as("where the client sends none")
                    .isEqualTo(expected.startsWith("Basic YW5h") ? "" : expected);
        }
    }

    @ParameterizedTest(name = "{0} with mode {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            svc:secret      | rw-r--r-- | can be read or changed by everybody here
            svc:secret      | rw-r---w- | can be read or changed by everybody here
            secret          | rw------- | does not hold user:password
            :secret         | rw------- | does not hold user:password
            ''              | rw------- | does not hold user:password
            svc:secret\\nx:y | rw------- | has more than one line
            svc:sec\\tret    | rw------- | has a control character
            """)
    void aFileThatIsOpenOrHoldsNoCredentialsIsRefusedWithoutShowingIt(String text, String mode, String message)
            throws IOException {
        credentials(text.replace("\\n", "\n").replace("\\t", "\t"), mode);
        String conf = "upstream: {url: APP, authorization: {replace_file: app.credentials}}\n"
                + "rules: [{allow: 127.0.0.1}]\n";

        assertThatThrownBy(() -> TestGate.start(transport, folder, conf(conf)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("ipgate.yaml:2:")
                .hasMessageContaining(message)
                .hasMessageNotContaining("secret\n")
                .hasMessageNotContaining("sec\t");
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Remote-User", "x-remote-user", "X_Remote_User", "X.REMOTE.user", "X-Remote_User"})
    void nobodyTellsTheAppWhoHeIsButTheGate(String alias) throws IOException {
        String conf = """
                upstream: APP
                auth: {users_file: htpasswd, user_header: X-Remote-User}
                satisfy: any
                rules: [{allow: 127.0.0.2}]
                locations: [{path: /open, auth: off, rules: [{allow: all}], note: open}]
                """;
        String forged = alias + ": root";
        try (TestGate gate = TestGate.start(transport, folder, conf(conf))) {
            gate.getFrom("127.0.0.1", "/", ANA, forged, forged);
            assertThat(seen("X-Remote-User")).containsExactly("ana");
            assertThat(app.last().headers().toString()).doesNotContain("root");

            gate.getFrom("127.0.0.1", "/", ANA, forged, "Connection: " + alias);
            assertThat(seen("X-Remote-User")).containsExactly("ana");

            gate.getFrom("127.0.0.2", "/", ANA, forged);
            assertThat(app.last().headers().toString())
                    .as("let in by the address")
                    .doesNotContain("root")
                    .doesNotContainIgnoringCase("remote");

            gate.getFrom("127.0.0.1", "/open", ANA, forged);
            assertThat(app.last().headers().toString())
                    .as("another place of the same app")
                    .doesNotContain("root")
                    .doesNotContainIgnoringCase("remote");
        }
    }

    @Test
    void noTrailerTellsItEither() throws IOException {
        String conf = "auth: {users_file: htpasswd, user_header: X-Remote-User}\n";
        StringBuilder body = new StringBuilder();
        SocketApp.Conversation reads = (head, in, out) -> {
            while (!body.toString().endsWith("\r\n\r\n")) {
                body.append((char) in.read());
            }
            out.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".getBytes(ISO_8859_1));
        };
        try (SocketApp raw = SocketApp.start(reads);
                TestGate gate = TestGate.start(transport, folder, "upstream: \"" + raw.url() + "\"\n" + conf);
                RawClient client = gate.connect()) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + ANA
                    + "\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\nX_Remote.User: root\r\nX-Kept: 1\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(200);
            assertThat(body.toString()).containsIgnoringCase("X-Kept: 1").doesNotContain("root");
        }
    }

    @Test
    void aNameOfAnyLettersArrivesInUtf8() throws IOException {
        String conf = "upstream: APP\nauth: {users_file: htpasswd, user_header: X-Forwarded-User}\n";
        try (TestGate gate = TestGate.start(transport, folder, conf(conf))) {
            gate.getFrom("127.0.0.1", "/", Basic.line("béa €", "secret"), "X-Forwarded-User: root");

            assertThat(seen("X-Forwarded-User")).containsExactly(new String("béa €".getBytes(UTF_8), ISO_8859_1));
        }
    }
}
