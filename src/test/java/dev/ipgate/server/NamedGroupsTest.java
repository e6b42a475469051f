package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problem;
import dev.ipgate.testing.App;
import dev.ipgate.testing.DnsServer;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.Rcode;

/** Groups of DNS names in a gate that runs. */
@Timeout(90)
class NamedGroupsTest {

    private static final String IN = "127.0.0.2";
    private static final String LATER = "127.0.0.3";
    private static final String ALLOW = "rules: [{allow: home}, {deny: all}]\n";
    private static final String DENY = "rules: [{deny: home}, {allow: all}]\n";

    @TempDir
    private Path folder;

    private App app;
    private DnsServer dns;

    @BeforeEach
    void start() throws IOException {
        app = App.start();
        dns = DnsServer.start();
    }

    @AfterEach
    void stop() throws IOException {
        dns.close();
        app.close();
    }

    private String conf(String rules) {
        return "upstream: \"" + app.url() + "\"\nresolver: \"" + dns.text() + "\"\n"
                + "groups:\n  home: {host: home.test, refresh: 5s, allow_private: true}\n" + rules;
    }

    private void resolvesTo(String address) {
        dns.says("home.test", "home.test. 5 IN A " + address);
    }

    private static int status(TestGate gate, String client) throws IOException {
        return gate.getFrom(client, "/").status();
    }

    @Test
    void whoHasMovedIsLetInAndNobodyWhereTheyWere() throws IOException {
        resolvesTo(IN);
        try (TestGate gate = TestGate.start(folder, conf(ALLOW))) {
            assertThat(status(gate, IN)).as("the first answer is waited for").isEqualTo(200);
            assertThat(status(gate, LATER)).isEqualTo(403);

            resolvesTo(LATER);

            Eventually.holds("the new address is in", () -> status(gate, LATER) == 200);
            assertThat(status(gate, IN)).isEqualTo(403);
        }
    }

    @Test
    void aServerThatFailsShutsNobodyOut() throws IOException {
        resolvesTo(IN);
        try (TestGate gate = TestGate.start(folder, conf(ALLOW))) {
            int before = dns.questions();
            dns.fails("home.test", "A", Rcode.SERVFAIL);
            Eventually.holds("it was asked again", () -> dns.questions() > before + 1);

            gate.reload(conf(ALLOW + "mode: report\n"));
            gate.reload(conf(ALLOW));

            assertThat(status(gate, IN)).isEqualTo(200);
            assertThat(status(gate, LATER)).isEqualTo(403);
        }
    }

    @Test
    void anAllowOfWhomNobodyKnowsYetIsNoReasonNotToStart() throws IOException {
        try (TestGate gate = TestGate.start(folder, conf(ALLOW))) {
            assertThat(status(gate, IN)).isEqualTo(403);

            resolvesTo(IN);

            Eventually.holds("it is in", () -> status(gate, IN) == 200);
        }
    }

    @Test
    void aDenialOfWhomNobodyKnowsYetIs() throws IOException {
        assertThatThrownBy(() -> TestGate.start(folder, conf(DENY)).close())
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(
                        "rules[0]: denies whom it does not know yet, and would let them in:"
                                + " groups.home has never been read: home.test cannot be looked up: there is no name home.test");

        resolvesTo(IN);
        try (TestGate gate = TestGate.start(folder, conf(DENY))) {
            assertThat(status(gate, IN)).isEqualTo(403);
            assertThat(status(gate, LATER)).isEqualTo(200);
        }
    }

    @Test
    void whoeverOnlyLooksAtTheFileIsWarned() throws IOException {
        assertThat(warnings(conf(DENY)))
                .satisfiesExactly(
                        group -> assertThat(group).contains("nobody is in it until it can be read"),
                        rule -> assertThat(rule).contains("denies whom it does not know yet"));
    }

    /** To keep everybody out until a name server answers would be worse. */
    @Test
    void whoIsGuardedByANameIsNotLockedOutByItsServer() throws IOException {
        String guarded = conf(ALLOW + "guard: [" + IN + "]\n");
        assertThat(warnings(guarded))
                .anySatisfy(text -> assertThat(text)
                        .contains(
                                "guard: this would lock out " + IN,
                                "a group that could not be read may allow it later"));

        resolvesTo(LATER);
        assertThatThrownBy(() -> warnings(guarded))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("guard: this would lock out " + IN);

        resolvesTo(IN);
        assertThat(warnings(guarded)).isEmpty();
    }

    private List<String> warnings(String conf) throws IOException {
        Path file = Files.writeString(folder.resolve("ipgate.yaml"), "listen: 8080\n" + conf);
        return Configuration.load(file, Instant.now()).warnings().stream()
                .map(Problem::toString)
                .toList();
    }
}
