package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code upstream.headers}: what the app receives in place of the client's headers. */
class AppHeadersTest {

    private static final String CONF = """
            client_address: {trusted_proxies: [127.0.0.9], header: CF-Connecting-IP, untrusted_forwarder: ignore}
            hosts: ["*.example.com", localhost]
            rules: [{allow: 127.0.0.0/8}]
            upstream: {url: "APP", headers: {X-Set: "VALUE", Accept-Encoding: ""}}
            locations:
              - {path: /inherits}
              - {path: /own, upstream: "APP"}
              - {path: /user, auth: {users_file: users, user_header: X-Remote-User}}
              - {path: /forwarded, auth: {users_file: users, user_header: X-Forwarded-User}}
            """;

    @TempDir
    private Path folder;

    private ScriptedApp app;

    @BeforeEach
    void startApp() throws IOException {
        app = ScriptedApp.hello();
        Files.writeString(folder.resolve("users"), "Zoë:{PLAIN}secret\n");
    }

    @AfterEach
    void stopApp() throws IOException {
        app.close();
    }

    private TestGate gate(String value) throws IOException {
        return TestGate.start(folder, CONF.replace("VALUE", value).replace("APP", app.url()));
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # text                          | what the app receives
            constant                        | constant
            'a  b; c="d"'                   | 'a  b; c="d"'
            $host                           | www.example.com
            $http_host                      | WWW.Example.com.:80
            ${host}x$host.                  | www.example.comxwww.example.com.
            $remote_addr                    | 127.0.0.5
            $scheme                         | http
            $server_name                    | *.example.com
            $server_port                    | PORT
            $request_uri                    | /p%61th?q=$host
            $http_x_some_thing              | one, two
            $http_X_Some_Thing              | one, two
            $http_cookie                    | a=1; b=2
            <$http_x_none>                  | <>
            $$5 $$host $$                   | $5 $host $
            '$remote_addr, $scheme'         | '127.0.0.5, http'
            $remote_user                    | -
            $http_x_none                    | -
            $http_cf_connecting_ip          | -
            $http_x_remote_user             | -
            $http_x_under_score             | -
            """)
    void theValueIsPutTogether(String text, @Nullable String seen) throws IOException {
        try (TestGate gate = gate(text.replace("\"", "\\\""))) {
            RawResponse answer = gate.getFrom(
                    "127.0.0.5",
                    "/p%61th?q=$host",
                    "Host: WWW.Example.com.:80",
                    "X-Some-Thing: one",
                    "x-some-thing: two",
                    "Cookie: a=1",
                    "Cookie: b=2",
                    "CF-Connecting-IP: 6.6.6.6",
                    "X-Remote-User: root",
                    "X_Under_Score: 1",
                    "X_Set: client's",
                    "x.set: client's",
                    "X-SET: client's",
                    "X-Setting: kept",
                    "Accept-Encoding: gzip",
                    "accept_encoding: br");

            assertThat(answer.status()).isEqualTo(200);
            ScriptedApp.Request request = app.last();
            assertThat(request.header("X-Set"))
                    .isEqualTo(
                            seen == null
                                    ? null
                                    : seen.replace("PORT", "" + gate.address().getPort()));
            assertThat(request.head()).doesNotContain("client's", "gzip", "accept_encoding");
            assertThat(request.header("X-Setting")).isEqualTo("kept");
            assertThat(request.header("X-Forwarded-For")).isEqualTo("127.0.0.5");
        }
    }

    @Test
    void theUserIsTheOneWhosePasswordWasRight() throws IOException {
        String zoe = new String("Zoë".getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        try (TestGate gate = gate("user=$remote_user")) {
            gate.getFrom("127.0.0.5", "/", Basic.line("root", "x"));
            assertThat(app.last().header("X-Set")).isEqualTo("user=");
            gate.getFrom("127.0.0.5", "/user", Basic.line("Zoë", "secret"));
            assertThat(app.last().header("X-Set")).isEqualTo("user=" + zoe);
            assertThat(app.last().header("X-Remote-User")).isEqualTo(zoe);
            gate.getFrom("127.0.0.5", "/forwarded", Basic.line("Zoë", "secret"));
            assertThat(app.last().header("X-Forwarded-User")).isEqualTo(zoe);
        }
    }

    @Test
    void theNumberOfTheRequestIsTheOneInTheLog() throws IOException {
        try (TestGate gate = gate("$request_id")) {
            gate.getFrom("127.0.0.5", "/");

            String id = app.last().header("X-Set");
            assertThat(id).matches("[0-9a-f]{12}");
            Eventually.holds("the request is in the log", () -> gate.log().contains(id));
        }
    }

    @Test
    void aLocationInheritsThemWithTheAppAsAWhole() throws IOException {
        try (TestGate gate = gate("constant")) {
            gate.getFrom("127.0.0.5", "/inherits", "Accept-Encoding: gzip");
            assertThat(app.last().header("X-Set")).isEqualTo("constant");
            assertThat(app.last().header("Accept-Encoding")).isNull();
            gate.getFrom("127.0.0.5", "/own", "Accept-Encoding: gzip", "X-Set: mine");
            assertThat(app.last().header("X-Set")).isEqualTo("mine");
            assertThat(app.last().header("Accept-Encoding")).isEqualTo("gzip");
        }
    }

    @Test
    void trailersDoNotBringThemBack() throws IOException {
        AtomicReference<String> body = new AtomicReference<>("");
        try (ScriptedApp reading = ScriptedApp.start(conversation -> {
                    conversation.nextHead();
                    StringBuilder read = new StringBuilder();
                    while (!read.toString().endsWith("\r\n\r\n")) {
                        read.append((char) conversation.in().read());
                    }
                    body.set(read.toString());
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                });
                TestGate gate =
                        TestGate.start(folder, CONF.replace("VALUE", "constant").replace("APP", reading.url()));
                RawClient client = gate.connectFrom("127.0.0.5")) {
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nTrailer: X_Set\r\n\r\n"
                    + "1\r\na\r\n0\r\nX_Set: lie\r\nX-Other: kept\r\n\r\n");

            assertThat(client.read().status()).isEqualTo(200);
            assertThat(reading.last().header("X-Set")).isEqualTo("constant");
            assertThat(body.get()).contains("X-Other: kept").doesNotContain("lie");
        }
    }

    /** A value cannot end its line, as no head with a bare CR, LF or NUL in a value or target is read at all. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-Some: a\rX-Evil: 1",
                "X-Some: a\nX-Evil: 1\n",
                "X-Some: a\r\n X-Evil: 1",
                "X-Some: a\u0000X-Evil: 1",
                "X-Some: a%0d%0aX-Evil: 1",
            })
    void noValueEndsItsLine(String header) throws IOException {
        try (TestGate gate = gate("$http_x_some|$request_uri|$http_host");
                RawClient client = gate.connectFrom("127.0.0.5")) {
            client.send("GET /?a=%0d%0aX-Evil:%201 HTTP/1.1\r\nHost: localhost\r\n" + header + "\r\n\r\n");
            client.readHead();

            List<ScriptedApp.Request> seen = app.requests();
            assertThat(seen).allSatisfy(request -> {
                boolean sentByClient = header.contains("\n" + "X-Evil"); // a bare LF ends a line for some readers
                assertThat(request.headers("X-Evil")).hasSize(sentByClient ? 1 : 0);
                assertThat(request.headers("X-Set")).hasSize(1);
            });
        }
    }
}
