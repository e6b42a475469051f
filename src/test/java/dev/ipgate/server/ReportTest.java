package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.cli.ControlClient;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is on trial: a rule with {@code report: true}, or a site with {@code mode: report}. It keeps nobody out, and is told of. */
class ReportTest {

    private static final Pattern ID = Pattern.compile(" decision=would-deny rule=\\S+:6 id=([0-9a-f]{12})");

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    private TestGate start(String conf) throws IOException {
        return TestGate.start(folder, "upstream: APP\nadmin: 127.0.0.1:0\n".replace("APP", app.url()) + conf);
    }

    private static String admin(TestGate gate, String page) throws IOException {
        try (RawClient client =
                RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()))) {
            return client.get(page).body();
        }
    }

    @ParameterizedTest(name = "{0}: {1} {2}")
    @CsvSource(textBlock = """
            # client,   status, decision
            127.0.0.1,  200,    allow
            127.0.0.2,  200,    would-deny
            127.0.0.3,  403,    deny
            127.0.0.4,  403,    deny
            """)
    void theOtherRulesDecideAndTheRuleOnTrialIsNamed(String client, int status, String decision) throws IOException {
        try (TestGate gate = start("""
                rules:
                  - {deny: [127.0.0.2, 127.0.0.3, 127.0.0.4], report: true}
                  - deny: 127.0.0.3
                  - allow: [127.0.0.1, 127.0.0.2, 127.0.0.3]
                """)) {
            assertThat(gate.getFrom(client, "/").status()).isEqualTo(status);
            Eventually.holds("the log says so", () -> gate.log().contains(" decision=" + decision + " "));
        }
    }

    @Test
    void whoWouldBeDeniedIsInTheMetricsOnTheStatusPageAndExplainedByNumber() throws IOException {
        try (TestGate gate = start("""
                control: control
                rules: [
                  {deny: 127.0.0.2, report: true},
                  {allow: 127.0.0.0/8, until: 2999-12-31}]
                """)) {
            gate.getFrom("127.0.0.2", "/page?q=1");
            Eventually.holds(
                    "it is counted",
                    () -> admin(gate, "/metrics")
                            .contains(
                                    "ipgate_requests_total{decision=\"would_deny\",site=\"default\",status=\"200\"} 1.0"));

            assertThat(admin(gate, "/metrics").lines())
                    .contains(
                            "ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2, reported\"} 1.0",
                            "ipgate_rule_decisions_total{list=\"default\","
                                    + "rule=\"allow 127.0.0.0/8 until 3000-01-01T00:00:00Z\"} 1.0")
                    .anyMatch(line -> line.startsWith("ipgate_rule_end_timestamp_seconds{list=\"default\","
                            + "rule=\"allow 127.0.0.0/8 until 3000-01-01T00:00:00Z\"} 3.25"));
            assertThat(admin(gate, "/api/status"))
                    .contains(
                            "\"denied_clients_count\":0,\"denied_clients\":[]",
                            "\"would_deny_clients_count\":1,\"would_deny_clients\":[{\"client\":\"127.0.0.2\",\"count\":1,",
                            "\"rule\":\"deny 127.0.0.2\"",
                            "\"report\":true");
            Eventually.holds("it has its line", () -> gate.log().contains("would-deny"));
            Matcher id = ID.matcher(gate.log());
            assertThat(id.find()).as(gate.log()).isTrue();
            ControlSocket.Answer answer = ControlClient.ask(folder.resolve("control"), "explain " + id.group(1));
            assertThat(answer.status()).isZero();
            assertThat(answer.text())
                    .contains(
                            "passes:   would-deny\n",
                            "because:  rule \"deny 127.0.0.2\" at " + folder.resolve("ipgate.yaml")
                                    + ":6 would deny it, and only reports; rule \"allow 127.0.0.0/8\" at "
                                    + folder.resolve("ipgate.yaml") + ":7 decides\n");
        }
    }

    @ParameterizedTest(name = "{0}, site {1}: {2} {3}")
    @CsvSource(textBlock = """
            # mode,  host,      status, decision
            enforce, localhost, 403,    deny
            enforce, trial,     200,    would-deny
            enforce, strict,    403,    deny
            report,  localhost, 200,    would-deny
            report,  trial,     200,    would-deny
            report,  strict,    403,    deny
            """)
    void aSiteHasItsOwnMode(String mode, String host, int status, String decision) throws IOException {
        try (TestGate gate = start("""
                mode: MODE
                rules: [{allow: 127.0.0.1}]
                sites:
                  - {hosts: trial, upstream: APP, rules: [{allow: 127.0.0.1}], mode: report}
                  - {hosts: strict, upstream: APP, rules: [{allow: 127.0.0.1}], mode: enforce}
                """.replace("MODE", mode).replace("APP", app.url()))) {
            assertThat(gate.getFrom("127.0.0.2", "/", "Host: " + host).status()).isEqualTo(status);
            Eventually.holds("the log says so", () -> gate.log().contains(" decision=" + decision + " "));
        }
    }

    @Test
    void nothingButTheAddressIsOnTrial() throws IOException {
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\n");
        try (TestGate gate = start("""
                rules: [{deny: all, report: true}, {allow: all}]
                auth: {users_file: users}
                """)) {
            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(401);
            assertThat(gate.getFrom("127.0.0.1", "/", "Authorization: Basic YW5hOnNlY3JldA==")
                            .status())
                    .isEqualTo(200);
            Eventually.holds("each has its line", () -> gate.log().lines().count() == 2);
            assertThat(gate.log()).contains(" decision=no-password ", " decision=would-deny ");
        }
    }

    @Test
    void aPasswordThatIsEnoughByItselfLeavesNothingToReport() throws IOException {
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\n");
        try (TestGate gate = start("""
                mode: report
                satisfy: any
                rules: [{allow: 127.0.0.1}]
                auth: {users_file: users}
                """)) {
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(401);
            assertThat(gate.getFrom("127.0.0.2", "/", "Authorization: Basic YW5hOnNlY3JldA==")
                            .status())
                    .isEqualTo(200);
            Eventually.holds("each has its line", () -> gate.log().lines().count() == 2);
            assertThat(gate.log()).contains(" decision=no-password ", " decision=allow ");
        }
    }
}
