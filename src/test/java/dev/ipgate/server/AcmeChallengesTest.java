package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Challenges as certbot leaves them, served to anybody; and nothing else of the machine. */
class AcmeChallengesTest {

    private static final String TOKEN = "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA";
    private static final String AUTHORIZATION = TOKEN + ".9jg46WB3rR_AHD-EBXdN7cBkH1WOu0tA3M9fm21mqTI";
    private static final String PREFIX = "/.well-known/acme-challenge/";

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private Path challenges;

    @BeforeEach
    void writeChallenges() throws IOException {
        challenges = Files.createDirectories(folder.resolve("html/.well-known/acme-challenge"));
        Files.writeString(challenges.resolve(TOKEN), AUTHORIZATION);
        Files.writeString(folder.resolve("secret"), "secret");
        Files.writeString(folder.resolve("html/index"), "secret");
        Files.writeString(folder.resolve("html/.well-known/security"), "secret");
    }

    private TestGate gate(String more) throws IOException {
        return TestGate.start(folder, """
                listen: {address: "127.0.0.1:0", acme_challenges: html MORE}
                upstream: APP
                hosts: [mlflow.example.com]
                rules: [{allow: 127.0.0.1}]
                """.replace("MORE", more).replace("APP", app.url()));
    }

    private TestGate gate() throws IOException {
        return gate("");
    }

    @Test
    void servesAChallengeToAnybodyUnderAnyName() throws IOException {
        try (TestGate gate = gate();
                RawClient stranger = gate.connectFrom("127.0.0.9")) {
            RawResponse answer = stranger.get(PREFIX + TOKEN, "Host: whatever.example");

            assertThat(answer.status()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo(AUTHORIZATION);
            assertThat(answer.header("Content-Type")).isEqualTo("text/plain");
            assertThat(stranger.get(PREFIX + TOKEN + "?x=1").body()).isEqualTo(AUTHORIZATION);
            RawResponse head = stranger.request("HEAD", PREFIX + TOKEN);
            assertThat(head.status()).isEqualTo(200);
            assertThat(head.header("Content-Length")).isEqualTo(String.valueOf(AUTHORIZATION.length()));
            assertThat(stranger.get("/").status()).isEqualTo(403);
            Eventually.holds("the log has it", () -> gate.log().contains("decision=here"));
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void servesItBeforeTheRedirect() throws IOException {
        try (TestGate gate = gate(", redirect_to_https: true");
                RawClient client = gate.connect()) {
            assertThat(client.get(PREFIX + TOKEN).body()).isEqualTo(AUTHORIZATION);
            assertThat(client.get("/.well-known/security", "Host: mlflow.example.com")
                            .status())
                    .isEqualTo(308);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "nothing",
                ".",
                "..",
                "../security",
                "../../index",
                "../../../secret",
                "%2e%2e/security",
                "..%2fsecurity",
                "..%2F..%2F..%2Fsecret",
                "..\\security",
                "%00",
                TOKEN + "/",
                TOKEN + "%00",
                TOKEN + "%20",
                "./" + TOKEN,
                "/" + TOKEN,
                "folder",
                "folder/" + TOKEN,
                "link-out",
                "link-in",
                "fifo",
                "large",
                "with.dot",
                "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oAevaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA"
                        + "evaGxfADs6pSRb2LAv9IZf17Dt3juxGJ-PCt92wr_oA",
            })
    void servesNothingElse(String token) throws Exception {
        Files.createDirectories(challenges.resolve("folder"));
        Files.writeString(challenges.resolve("folder").resolve(TOKEN), "secret");
        Files.createSymbolicLink(challenges.resolve("link-out"), folder.resolve("secret"));
        Files.createSymbolicLink(challenges.resolve("link-in"), challenges.resolve(TOKEN));
        Files.writeString(challenges.resolve("with.dot"), "secret");
        Files.writeString(challenges.resolve("large"), "x".repeat(16 * 1024 + 1));
        assertThat(new ProcessBuilder("mkfifo", challenges.resolve("fifo").toString())
                        .start()
                        .waitFor())
                .isZero();
        try (TestGate gate = gate()) {
            RawResponse answer = gate.getFrom("127.0.0.1", PREFIX + token);

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.body()).doesNotContain("secret", AUTHORIZATION);
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void followsNoLinkOnTheWay() throws IOException {
        Files.move(challenges, folder.resolve("elsewhere"));
        Files.createSymbolicLink(challenges, folder.resolve("elsewhere"));
        try (TestGate gate = gate()) {
            assertThat(gate.getFrom("127.0.0.1", PREFIX + TOKEN).status()).isEqualTo(404);
        }
    }

    @Test
    void servesTheLargestThereMayBeAndAnEmptyOne() throws IOException {
        Files.writeString(challenges.resolve("largest"), "x".repeat(16 * 1024), US_ASCII);
        Files.writeString(challenges.resolve("empty"), "");
        try (TestGate gate = gate();
                RawClient client = gate.connect()) {
            assertThat(client.get(PREFIX + "largest").bytes()).hasSize(16 * 1024);
            RawResponse empty = client.get(PREFIX + "empty");
            assertThat(empty.status()).isEqualTo(200);
            assertThat(empty.body()).isEmpty();
        }
    }

    @Test
    void answersGetAndHeadOnly() throws IOException {
        try (TestGate gate = gate();
                RawClient client = gate.connect();
                RawClient sends = gate.connect()) {
            for (String method : new String[] {"POST", "DELETE", "OPTIONS", "get"}) {
                assertThat(client.request(method, PREFIX + TOKEN).status())
                        .as(method)
                        .isEqualTo(404);
            }
            sends.send("GET " + PREFIX + TOKEN + " HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n");
            assertThat(sends.read().status()).isEqualTo(404);
            assertThat(sends.isClosedByServer()).isTrue();
        }
        assertThat(app.connections()).isZero();
    }

    /** Whatever is not under the exact prefix is the rules', the encoded prefix included: there is one way in. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "/.well-known/acme-challenge",
                "/.well-known/acme%2Dchallenge/" + TOKEN,
                "/.well-known//acme-challenge/" + TOKEN,
                "/x/../.well-known/acme-challenge/" + TOKEN,
                "/.WELL-KNOWN/acme-challenge/" + TOKEN
            })
    void anotherPathIsForTheRules(String path) throws IOException {
        try (TestGate gate = gate()) {
            assertThat(gate.getFrom("127.0.0.9", path).status()).isEqualTo(403);
            assertThat(gate.getFrom("127.0.0.1", path).status()).isEqualTo(200);
        }
        assertThat(app.requests()).hasSize(1);
    }

    @Test
    void manyAtATimeAreAllAnswered() throws IOException {
        try (TestGate gate = gate()) {
            RawClient[] clients = new RawClient[50];
            for (int i = 0; i < clients.length; i++) {
                clients[i] = gate.connect();
                clients[i].send("GET " + PREFIX + TOKEN + " HTTP/1.1\r\nHost: a\r\n\r\n");
            }
            for (RawClient client : clients) {
                assertThat(client.read().status()).isIn(200, 503);
            }
            assertThat(clients[0].get(PREFIX + TOKEN).status()).isEqualTo(200);
            for (RawClient client : clients) {
                client.close();
            }
        }
    }

    @Test
    void aFolderThatIsNotThereIsNoReasonNotToStart() throws IOException {
        try (TestGate gate = TestGate.start(
                folder,
                "listen: {address: \"127.0.0.1:0\", acme_challenges: nowhere}\nupstream: " + app.url()
                        + "\nrules: [{allow: 127.0.0.1}]\n")) {
            assertThat(gate.getFrom("127.0.0.1", PREFIX + TOKEN).status()).isEqualTo(404);
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
        }
    }
}
