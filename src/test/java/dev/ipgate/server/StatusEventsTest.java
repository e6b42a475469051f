package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever listens is told, and costs the gate next to nothing. */
class StatusEventsTest {

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @AutoClose
    private @Nullable TestGate started;

    /** A browser that listens. */
    private static final class Listening implements AutoCloseable {
        private final Socket socket;
        private final StringBuilder seen = new StringBuilder();

        Listening(InetSocketAddress admin, String... lines) throws IOException {
            socket = new Socket(admin.getAddress(), admin.getPort());
            socket.setSoTimeout(60_000);
            String more = String.join(
                    "", List.of(lines).stream().map(line -> line + "\r\n").toList());
            socket.getOutputStream()
                    .write(("GET /api/events HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n").getBytes(UTF_8));
        }

        /** Reads until it has seen this; false if the answer ends before. */
        boolean sees(String text) throws IOException {
            byte[] buffer = new byte[8192];
            InputStream in = socket.getInputStream();
            while (seen.indexOf(text) < 0) {
                int read = in.read(buffer);
                if (read < 0) {
                    return false;
                }
                seen.append(new String(buffer, 0, read, UTF_8));
            }
            return true;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    private TestGate gate() {
        return Objects.requireNonNull(started);
    }

    private void start(String admin) throws IOException {
        started = TestGate.start(folder, conf(admin));
    }

    private String conf(String admin) {
        return "upstream: \"" + app.url() + "\"\nrules: [{allow: 127.0.0.1}]\n" + admin + "\n";
    }

    private InetSocketAddress admin() {
        return Objects.requireNonNull(gate().gate().adminAddress());
    }

    @Test
    void whoListensSeesTheStatusAndEveryChange() throws IOException {
        start("admin: 0");

        try (Listening browser = new Listening(admin())) {
            assertThat(browser.sees("data: {\"now\":")).isTrue();
            assertThat(browser.seen.toString())
                    .startsWith("HTTP/1.1 200 ")
                    .containsIgnoringCase("content-type: text/event-stream")
                    .containsIgnoringCase("cache-control: no-store");
            gate().getFrom("127.0.0.9", "/one");
            assertThat(browser.sees("\"path\":\"/one\"")).isTrue();
            gate().getFrom("127.0.0.9", "/two");
            assertThat(browser.sees("\"path\":\"/two\"")).isTrue();
        }
    }

    @Test
    void whoeverIsQuietIsStillThere() throws IOException {
        start("admin: 0");

        try (Listening browser = new Listening(admin())) {
            assertThat(browser.sees(": still here\n\n")).isTrue();
        }
    }

    @Test
    void thereIsRoomForSomeAndAgainWhenTheyLeave() throws IOException {
        start("admin: 0");
        List<Listening> all = new ArrayList<>();
        for (int i = 0; i < StatusEvents.MOST; i++) {
            all.add(new Listening(admin()));
            assertThat(all.get(i).sees("retry: ")).isTrue();
        }

        RawResponse refused = ask("/api/events");

        assertThat(refused.status()).isEqualTo(503);
        assertThat(refused.header("Retry-After")).isEqualTo("5");
        assertThat(ask("/api/status").status()).isEqualTo(200);
        for (Listening one : all) {
            one.close();
        }
        Eventually.holds("there is room again", () -> {
            try (Listening next = new Listening(admin())) {
                return next.sees("\r\n\r\n") && next.seen.toString().startsWith("HTTP/1.1 200 ");
            }
        });
    }

    @Test
    void whoTakesNothingMakesRoomInTheEnd() throws IOException {
        start("admin: 0");
        String note = "x".repeat(1000);
        StringBuilder rules = new StringBuilder("upstream: \"" + app.url() + "\"\nadmin: 0\nrules:\n");
        for (int i = 0; i < 900; i++) {
            rules.append("  - {allow: 10.")
                    .append(i / 200)
                    .append('.')
                    .append(i % 200)
                    .append(".1, note: ")
                    .append(note)
                    .append("}\n");
        }
        gate().reload(rules.toString());
        List<Listening> all = new ArrayList<>();
        for (int i = 0; i < StatusEvents.MOST; i++) {
            all.add(new Listening(admin()));
            assertThat(all.get(i).sees("retry: ")).isTrue();
        }

        Eventually.holds("there is room again", () -> {
            gate().getFrom("127.0.0.9", "/"); // something to tell
            try (Listening next = new Listening(admin())) {
                return next.sees("\r\n\r\n") && next.seen.toString().startsWith("HTTP/1.1 200 ");
            }
        });
        for (Listening one : all) {
            one.close();
        }
    }

    private RawResponse ask(String path, String... lines) throws IOException {
        try (RawClient client = RawClient.connect(admin())) {
            return client.get(path, lines);
        }
    }

    @Test
    void aReloadHasEverybodyAskAnew() throws IOException {
        start("admin: 127.0.0.1:0");

        try (Listening browser = new Listening(admin())) {
            assertThat(browser.sees("data: ")).isTrue();
            gate().reload(conf("admin: {listen: 127.0.0.1:0, rules: [{allow: 127.0.0.2}]}"));
            assertThat(browser.sees("nothing like it")).isFalse();
            assertThat(ask("/api/events").status()).isEqualTo(403);
        }
    }

    @Test
    void endsWithTheGate() throws IOException {
        start("admin: 0");

        try (Listening browser = new Listening(admin())) {
            assertThat(browser.sees("data: ")).isTrue();
            gate().close();
            Eventually.holds("it is cut off", () -> {
                try {
                    return !browser.sees("nothing like it");
                } catch (IOException e) { // a reset will do
                    return true;
                }
            });
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({"/, evil.example.com", "/api/events, evil.example.com"})
    void namesOfStrangersAreRefused(String path, String host) throws IOException {
        start("admin: 0");

        try (RawClient client = RawClient.connect(admin())) {
            assertThat(client.send("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
                            .read()
                            .status())
                    .isEqualTo(421);
        }
    }

    @Test
    void aPasswordIsAskedForWhereOneIsWanted() throws IOException {
        Files.writeString(folder.resolve("operators"), "op:{PLAIN}secret\n");
        start("admin: {listen: 0, auth: {users_file: operators}}");

        assertThat(ask("/api/events").status()).isEqualTo(401);
        try (Listening browser = new Listening(admin(), Basic.line("op", "secret"))) {
            assertThat(browser.sees("data: ")).isTrue();
        }
    }

    @Test
    void thePageMayRunItsOwnScriptAndNothingElse() throws IOException {
        start("admin: 0");

        RawResponse page = ask("/");

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.header("Content-Security-Policy"))
                .startsWith("default-src 'none'; script-src 'sha256-")
                .contains("connect-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        assertThat(page.header("Referrer-Policy")).isEqualTo("no-referrer");
        assertThat(page.body())
                .doesNotContain("{{", "innerHTML", "style=", "src=", "@import", "url(")
                .hasSizeLessThan(40_000);
    }

    @Test
    void aLineIsGivenWhereOneWouldHelp() throws IOException {
        start("admin: 0");

        gate().getFrom("127.0.0.9", "/secret");
        try (RawClient client = gate().connectFrom("127.0.0.8")) {
            client.send("GET / HTTP/1.1\r\nHost: a b\r\n\r\n").read();
        }

        Eventually.holds( // a client has its answer a moment before its request has ended
                "both are there", () -> ask("/api/status").body().contains("\"denied_clients_count\":2"));
        assertThat(ask("/api/status").body())
                .contains(
                        "\"allow_line\":\"- allow: 127.0.0.9\",\"remedy\":\"To let it in, add the line to the rules.\"")
                .contains("\"allow_line\":null,\"remedy\":\"No rule helps");
    }
}
