package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What happens at the password door, right and wrong, and what never does. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class PasswordGateTest {

    @Parameter
    private Transport transport;

    private static final String RIGHT = Basic.line("ana", "secret");
    private static final String WRONG = Basic.line("ana", "wrong-secret");

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @BeforeEach
    void writeUsers() throws IOException {
        Files.writeString(folder.resolve("htpasswd"), "ana:{PLAIN}secret\n");
    }

    private TestGate gate(String auth) throws IOException {
        return TestGate.start(transport, folder, "upstream: \"" + app.url() + "\"\nauth: " + auth + "\n");
    }

    private TestGate gate() throws IOException {
        return gate("{realm: MLflow, users_file: htpasswd}");
    }

    @Test
    void theChallengeSaysTheRealmInUtf8() throws IOException {
        try (TestGate gate = gate("{realm: 'Prüfung \"1\" \\ €', users_file: htpasswd}")) {
            String challenge = String.valueOf(gate.getFrom("127.0.0.1", "/").header("WWW-Authenticate"));

            assertThat(new String(challenge.getBytes(ISO_8859_1), UTF_8))
                    .isEqualTo("Basic realm=\"Prüfung \\\"1\\\" \\\\ €\", charset=\"UTF-8\"");
        }
    }

    @Test
    void thePageSaysWhatIsWantedAndTheConnectionStays() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            RawResponse asked = client.get("/", "Accept: text/html");
            assertThat(asked.status()).isEqualTo(401);
            assertThat(asked.body()).contains("<title>401 A password is needed here</title>");
            assertThat(asked.header("Cache-Control")).isEqualTo("no-store");
            assertThat(client.get("/", WRONG).body()).contains("The user name or password is wrong");
            assertThat(client.get("/", RIGHT).body()).isEqualTo("hello\n");
            assertThat(client.get("/", RIGHT).body()).isEqualTo("hello\n");
            assertThat(client.get("/").status()).isEqualTo(401);
        }
        assertThat(app.seen()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Basic",
                "Basic ",
                "Basic !!!!",
                "Basic YW5h",
                "Basic OnNlY3JldA==",
                "Basic YW5hAHg6c2VjcmV0",
                "Basic YW5hOnNlY3JldAo=",
                "Bearer abc",
                "Digest username=\"ana\"",
                "Negotiate TlRMTVNTUAAB",
                "ana:secret",
                "LARGE",
                "TWICE"
            })
    void whatNobodyCanLogInWithGets401AndOneLine(String value) throws IOException {
        String[] lines = switch (value) {
            case "LARGE" -> new String[] {Basic.line("ana", "x".repeat(8192))};
            case "TWICE" -> new String[] {RIGHT, RIGHT};
            default -> new String[] {"Authorization: " + value};
        };
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            RawResponse answer = client.get("/", lines);

            assertThat(answer.status()).isEqualTo(401);
            assertThat(answer.header("WWW-Authenticate")).startsWith("Basic realm=\"MLflow\"");
            assertThat(client.get("/", RIGHT).status())
                    .as("on the same connection")
                    .isEqualTo(200);
            assertThat(gate.gate().usersFiles().hashes()).isEqualTo(1);
        }
        assertThat(log()).hasSize(2);
        assertThat(log().get(0)).contains(" 401 ", " decision=no-password ").startsWith("127.0.0.1 - - [");
        assertThat(log().get(1)).contains(" 200 ", " decision=allow ").startsWith("127.0.0.1 - ana [");
    }

    private List<String> log() throws IOException {
        return Files.readAllLines(folder.resolve("access.log"));
    }

    @Test
    void theLogNamesOnlyWhoHasShownThePasswordAndHoldsNone() throws IOException {
        String ana = "ana \"x\" €Ġ"; // the last would be a blank in one byte
        Files.writeString(folder.resolve("htpasswd"), ana + ":{PLAIN}secret\n");
        String right = Basic.line(ana, "secret");
        for (String format : List.of("combined", "json")) {
            Files.deleteIfExists(folder.resolve("access.log"));
            try (TestGate gate = TestGate.start(
                    transport,
                    folder,
                    "upstream: \"" + app.url() + "\"\nauth: {users_file: htpasswd}\naccess_log: {format: " + format
                            + ", to: access.log}\n")) {
                gate.getFrom("127.0.0.1", "/", right);
                gate.getFrom("127.0.0.1", "/", Basic.line(ana, "wrong-secret"));
            }
            String log = Files.readString(folder.resolve("access.log"));
            assertThat(log.lines().filter(line -> line.contains("ana"))).hasSize(1);
            assertThat(log)
                    .contains(
                            format.equals("json")
                                    ? "\"user\":\"ana \\\"x\\\" €Ġ\""
                                    : " - ana\\x20\\x22x\\x22\\x20\\xE2\\x82\\xAC\\xC4\\xA0 [");
            assertThat(log).doesNotContain("secret", "Basic", right.substring(right.lastIndexOf(' ') + 1));
        }
    }

    @Test
    void whoIsRefusedIsNotToldToSendABody() throws IOException {
        try (TestGate gate = gate()) {
            for (String line : List.of("X-None: 1", WRONG)) {
                try (RawClient client = gate.connect()) {
                    RawResponse answer = client.send("PUT / HTTP/1.1\r\nHost: localhost\r\n" + line
                                    + "\r\nExpect: 100-continue\r\nContent-Length: 1000000000\r\n\r\n")
                            .read();

                    assertThat(answer.status()).isEqualTo(401);
                    assertThat(answer.header("Connection")).isEqualTo(transport.close());
                    assertThat(client.isClosedByServer()).isTrue();
                }
            }
        }
        assertThat(app.seen()).isEmpty();
    }

    @Test
    void aBodyThatCameAlongIsForwardedWhenThePasswordHasBeenHashed() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            for (int i = 0; i < 2; i++) { // hashed, then remembered
                client.send("POST / HTTP/1.1\r\nHost: localhost\r\n" + RIGHT
                        + "\r\nContent-Length: 10\r\n\r\n0123456789GET /next HTTP/1.1\r\nHost: localhost\r\n" + RIGHT
                        + "\r\n\r\n");
                assertThat(client.read().status()).isEqualTo(200);
                assertThat(client.read().status()).isEqualTo(200);
            }
        }
        assertThat(app.seen())
                .extracting(seen -> seen.target() + " " + seen.bodyBytes()) // HTTP/2 keeps no order
                .containsExactlyInAnyOrder("/ 10", "/next 0", "/ 10", "/next 0");
    }

    @Test
    void guessingIsSlowedThenRefusedAndWhoIsRememberedPasses() throws IOException {
        String auth = "{users_file: htpasswd, attempts: {failures: 2, delay: 300ms, hold: 1m}}";
        try (TestGate gate = gate(auth);
                RawClient client = gate.connect()) {
            assertThat(client.get("/", RIGHT).status()).isEqualTo(200);
            for (int i = 0; i < 2; i++) {
                assertThat(client.get("/", Basic.line("ana", "guess" + i)).status())
                        .isEqualTo(401);
            }
            long before = System.nanoTime();
            assertThat(client.get("/", Basic.line("ana", "guess2")).status()).isEqualTo(401);
            assertThat(System.nanoTime() - before).isGreaterThanOrEqualTo(300_000_000L);
            assertThat(client.get("/", Basic.line("ana", "guess3")).status()).isEqualTo(401);

            RawResponse held = client.get("/", Basic.line("ana", "guess4"));
            assertThat(held.status()).isEqualTo(429);
            assertThat(held.header("Retry-After")).matches("[1-9][0-9]?");
            assertThat(held.header("WWW-Authenticate")).isNull();
            assertThat(held.body()).contains("Too many wrong passwords");
            assertThat(client.get("/").status()).as("no credentials").isEqualTo(401);
            assertThat(client.get("/", RIGHT).status()).as("remembered").isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.2", "/", WRONG).status())
                    .as("another client")
                    .isEqualTo(401);
        }
    }

    @Test
    void aClientThatLeavesGivesItsPlaceBack() throws IOException {
        String auth = "{users_file: htpasswd, attempts: {failures: 2, delay: 1m}}";
        try (TestGate gate = gate(auth)) {
            gate.getFrom("127.0.0.1", "/", Basic.line("ana", "guess1"));
            gate.getFrom("127.0.0.1", "/", Basic.line("ana", "guess2"));
            String guess = Basic.line("ana", "another");
            try (RawClient complete = gate.connect();
                    RawClient pending = gate.connect();
                    RawClient half = gate.connect()) {
                complete.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + guess + "\r\n\r\n");
                pending.send("PUT / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n" + guess + "\r\n\r\n");
                half.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + guess + "\r\n\r\n");
                Eventually.holds("all wait", () -> gate.gate().passwords().delayed() == 3);
                half.socket().shutdownOutput();
                Eventually.holds("one has left", () -> gate.gate().passwords().delayed() == 2);
            }
            Eventually.holds("all have left", () -> gate.gate().passwords().delayed() == 0);
        }
        assertThat(log()).hasSize(5).allMatch(line -> line.contains(" 401 "));
    }

    @Test
    void aClientThatLeavesTheQueueGivesItsPlaceBack() throws IOException {
        String slow = "$2y$15$" + "a".repeat(21) + "." + "a".repeat(31); // some seconds
        Files.writeString(folder.resolve("htpasswd"), "ana:" + slow + "\n");
        List<RawClient> busy = new ArrayList<>();
        try (TestGate gate = gate()) {
            for (int i = 1; i < Math.max(2, Runtime.getRuntime().availableProcessors()); i++) {
                busy.add(gate.connect()
                        .send("GET / HTTP/1.1\r\nHost: localhost\r\n" + Basic.line("ana", "guess" + i) + "\r\n\r\n"));
            }
            Eventually.holds("all are hashed", () -> gate.gate().usersFiles().hashes() == busy.size());
            try (RawClient leaving = gate.connect()) {
                leaving.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + WRONG + "\r\n\r\n");
                Eventually.holds("it waits", () -> gate.gate().passwords().queued() == 1);
            }
            Eventually.holds("it has left", () -> gate.gate().passwords().queued() == 0);
            assertThat(gate.gate().usersFiles().hashes()).isEqualTo(busy.size());
        } finally {
            for (RawClient client : busy) {
                client.close();
            }
        }
    }

    @Test
    void theGateStopsThoughAnswersWait() throws IOException {
        try (TestGate gate = gate("{users_file: htpasswd, attempts: {failures: 1, delay: 1m}}");
                RawClient client = gate.connect()) {
            client.get("/", Basic.line("ana", "guess"));
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n" + WRONG + "\r\n\r\n");
            Eventually.holds("it waits", () -> gate.gate().passwords().delayed() == 1);
            gate.gate().close();

            assertThat(client.isClosedByServer()).isTrue();
            assertThat(gate.gate().passwords().delayed()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"htpasswd -nbB -C 8", "htpasswd -nbm", "htpasswd -nb2", "openssl -apr1", "openssl -6"})
    void filesOfTheRealProgramsLetTheirUsersIn(String command) throws Exception {
        String[] words = command.split(" ");
        Path program = Programs.require(words[0]);
        List<String> line = new ArrayList<>(List.of(program.toString()));
        if (words[0].equals("openssl")) {
            line.add("passwd");
        }
        line.addAll(List.of(words).subList(1, words.length));
        line.addAll(words[0].equals("openssl") ? List.of("pässwörd") : List.of("ana", "pässwörd"));
        Process process = new ProcessBuilder(line).start();
        String said = new String(process.getInputStream().readAllBytes(), UTF_8).strip();
        assertThat(process.waitFor()).isZero();
        Files.writeString(folder.resolve("htpasswd"), (words[0].equals("openssl") ? "ana:" : "") + said + "\n");

        try (TestGate gate = gate()) {
            assertThat(gate.getFrom("127.0.0.1", "/", Basic.line("ana", "pässwörd"))
                            .status())
                    .isEqualTo(200);
            assertThat(gate.getFrom("127.0.0.1", "/", Basic.line("ana", "passwörd"))
                            .status())
                    .isEqualTo(401);
            String latin =
                    "Authorization: Basic " + Base64.getEncoder().encodeToString("ana:pässwörd".getBytes(ISO_8859_1));
            assertThat(gate.getFrom("127.0.0.1", "/", latin).status()).isEqualTo(200);
        }
    }
}
