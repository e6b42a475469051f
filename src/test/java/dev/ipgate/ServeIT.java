package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.Ports;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The jar serves as a process of its own, on every Java that is installed here. */
class ServeIT {

    private static final String CONF = """
            listen: "127.0.0.1:0"
            upstream: APP
            rules:
              - allow: 127.0.0.1
              - allow: 127.0.0.1/32
              - deny: all
            """;

    @TempDir
    private Path folder;

    /** The Java of this test, and all of 17 or newer under /usr/lib/jvm. */
    static Stream<Path> javas() throws IOException {
        Path installed = Path.of("/usr/lib/jvm");
        try (Stream<Path> homes = Files.isDirectory(installed) ? Files.list(installed) : Stream.<Path>empty()) {
            return Stream.concat(
                            Stream.of(Path.of(System.getProperty("java.home"))),
                            homes.toList().stream().filter(ServeIT::isJava17OrNewer))
                    .map(ServeIT::realJava)
                    .distinct();
        }
    }

    private static boolean isJava17OrNewer(Path home) {
        if (!Files.isExecutable(home.resolve("bin/java")) || !Files.isReadable(home.resolve("release"))) {
            return false;
        }
        Properties release = new Properties();
        try (Reader in = Files.newBufferedReader(home.resolve("release"))) {
            release.load(in);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + home, e);
        }
        String version = release.getProperty("JAVA_VERSION", "\"0\"").replace("\"", "");
        return Runtime.Version.parse(version.startsWith("1.") ? "8" : version).feature() >= 17;
    }

    private static Path realJava(Path home) {
        try {
            return home.resolve("bin/java").toRealPath();
        } catch (IOException e) {
            throw new AssertionError("no java in " + home, e);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("javas")
    void theDemoAnswersTheAllowedAndExplainAgrees(Path java) throws IOException {
        String conf = CONF.replace("  - allow: 127.0.0.1/32\n", "").replace("APP", "http://127.0.0.1:" + Ports.free());
        GateProcess gate = Launch.plain().with(java).serve(folder, conf, "--demo");
        try (gate) {
            assertThat(gate.getFrom("127.0.0.1", "/x?y").body()).contains("GET /x?y", "X-Forwarded-For: 127.0.0.1");
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
            gate.signal("TERM");
            assertThat(gate.exitStatus()).isZero();
        }
        assertThat(gate.out().lines()).hasSize(2).noneMatch(line -> line.contains("WARNING"));
        assertThat(gate.err().lines())
                .satisfiesExactlyInAnyOrder(
                        line -> assertThat(line).startsWith("the demo app listens on 127.0.0.1:"),
                        line -> assertThat(line)
                                .contains(" INFO denied 127.0.0.2: rule \"deny all\" at ipgate.yaml:5 (403, GET /, "),
                        line -> assertThat(line).startsWith("ipgate listens on 127.0.0.1:"));

        String file = folder.resolve("ipgate.yaml").toString();
        assertThat(CommandRun.of("explain", "127.0.0.1", "-c", file).status()).isZero();
        assertThat(CommandRun.of("explain", "127.0.0.2", "-c", file).status()).isEqualTo(1);
    }

    @Test
    void theLogHasALineForEveryRequestAndNoPassword() throws IOException {
        int requests = 100;
        try (App app = App.start()) {
            GateProcess gate = Launch.plain().serve(folder, CONF.replace("APP", app.url()));
            try (gate) {
                for (String source : new String[] {"127.0.0.1", "127.0.0.2"}) {
                    try (RawClient client = RawClient.connect(source, gate.address())) {
                        for (int i = 0; i < requests; i++) {
                            client.get("/" + i, "Authorization: Basic c2VjcmV0OnNlY3JldA==");
                        }
                    }
                }
                gate.getFrom("127.0.0.1", "/%00", "Authorization: Basic c2VjcmV0OnNlY3JldA==");
                gate.signal("TERM");
                assertThat(gate.exitStatus()).isZero();
            }
            assertThat(gate.out().lines()).hasSize(2 * requests + 1);
            assertThat(gate.out().lines().filter(line -> line.contains("decision=allow")))
                    .hasSize(requests);
            assertThat(gate.out() + gate.err()).doesNotContain("c2VjcmV0OnNlY3JldA", "secret", "Exception", "\tat ");
            assertThat(app.last().header("Authorization")).isEqualTo("Basic c2VjcmV0OnNlY3JldA==");
        }
    }

    @Test
    void messagesHaveTheTimeUnlessTheJournalAddsItAndThereTheirLevel() throws IOException {
        String conf = CONF.replace("APP", "\"http://127.0.0.1:5050\"");
        try (GateProcess onATerminal = Launch.plain().serve(folder, conf);
                GateProcess inTheJournal =
                        Launch.plain().withEnvironment("JOURNAL_STREAM", "8:1").serve(folder, conf)) {
            assertThat(onATerminal.err())
                    .containsPattern(
                            "(?m)^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(Z|[+-]\\d\\d:\\d\\d) WARN ipgate.yaml:5:");
            assertThat(inTheJournal.err()).containsPattern("(?m)^<4>WARN ipgate.yaml:5:");
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (App taken = App.start()) {
            Files.writeString(
                    folder.resolve("ipgate.yaml"),
                    CONF.replace("127.0.0.1:0", "127.0.0.1:" + taken.port()).replace("APP", taken.url()));
            try (GateProcess gate = Launch.plain().start(folder, "serve", "-c", "ipgate.yaml")) {
                assertThat(gate.exitStatus()).isEqualTo(1);
                assertThat(gate.err())
                        .contains("cannot listen on \"127.0.0.1:" + taken.port() + "\"")
                        .doesNotContain("Exception", "\tat ", "listens on");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"missing.yaml", "folder", "bad.yaml"})
    void aConfFileThatCannotBeUsedIsToldInAFewWords(String conf) throws IOException {
        Files.createDirectory(folder.resolve("folder"));
        Files.writeString(folder.resolve("bad.yaml"), CONF.replace("APP", "x") + "ruls: []\n");
        try (GateProcess gate = Launch.plain().start(folder, "-c", conf)) {
            assertThat(gate.exitStatus()).isEqualTo(78);
            assertThat(gate.err()).startsWith(conf + ":").doesNotContain("Exception", "\tat ");
            assertThat(gate.out()).isEmpty();
        }
    }

    @Test
    void theJarKnowsItsVersionAndWhatItReadsByDefault() throws IOException {
        Path conf = Files.createDirectories(folder.resolve("conf")).resolve("ipgate.yaml");
        Files.writeString(conf, CONF.replace("APP", "\"http://127.0.0.1:5050\""));
        try (GateProcess version = Launch.plain().start(folder, "--version");
                GateProcess check = Launch.plain().start(folder, "check")) {
            assertThat(version.exitStatus()).isZero();
            assertThat(version.out()).matches("ipgate \\d+\\.\\d+\\.\\d+\\S*\\R");
            assertThat(check.exitStatus()).isZero();
            assertThat(check.err()).contains("conf/ipgate.yaml: fine, with 1 warning");
        }
    }
}
