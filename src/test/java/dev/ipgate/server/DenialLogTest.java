package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.cli.ControlClient;
import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is remembered of a denial, seen over the control socket and on the status page. */
class DenialLogTest {

    private static final Pattern NUMBER = Pattern.compile("Request: ([0-9a-f]{12})");

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        gate = TestGate.start(folder, conf("""
                rules:
                  - {deny: 203.0.113.0/24, note: "moved out"}
                  - {allow: [127.0.0.1, 203.0.113.0/24]}
                """));
    }

    private String conf(String rules) {
        return """
                upstream: "APP"
                client_address: {trusted_proxies: [127.0.0.1, 10.0.0.0/8]}
                admin: 127.0.0.1:0
                control: control
                """.replace("APP", app.url()) + rules;
    }

    private RawResponse deny() throws IOException {
        return gate.getFrom("127.0.0.1", "/secret?q=1", "X-Forwarded-For: 203.0.113.9, 10.0.0.7");
    }

    private static String number(RawResponse denied) {
        Matcher matcher = NUMBER.matcher(denied.body());
        assertThat(matcher.find()).as(denied.body()).isTrue();
        return matcher.group(1);
    }

    private ControlSocket.Answer explain(String words) throws IOException {
        return ControlClient.ask(folder.resolve("control"), "explain " + words);
    }

    /** The number of a denial that is remembered: a client has its page a moment before its request has ended. */
    private String denied() throws IOException {
        String number = number(deny());
        Eventually.holds("it is remembered", () -> explain(number).status() == 1);
        return number;
    }

    @Test
    void aDenialIsExplainedByItsNumber() throws IOException {
        ControlSocket.Answer answer = explain(denied());

        assertThat(answer.status()).isEqualTo(1);
        assertThat(answer.text().lines())
                .contains(
                        "refused:  403 deny",
                        "because:  rule \"deny 203.0.113.0/24\" at " + folder.resolve("ipgate.yaml") + ":7",
                        "note:     moved out",
                        "peer:     127.0.0.1",
                        "request:  GET /secret for " + "localhost");
    }

    @Test
    void theSameAsJson() throws IOException {
        assertThat(explain(denied() + " json").text())
                .contains("\"passes\":false", "\"decision\":\"deny\"", "\"client\":\"203.0.113.9\"", "\"status\":403");
    }

    @Test
    void itIsExplainedAsItWasAfterAReload() throws IOException {
        String number = denied();
        ControlSocket.Answer before = explain(number);

        gate.reload(conf("rules: [{allow: all}]\n"));

        assertThat(explain(number)).isEqualTo(before);
    }

    @Test
    void aNumberOfNobodyIsSaidToBe() throws IOException {
        for (String number : new String[] {"000000000000", "zzz", "", "00000000000g", "ffffffffffffffff"}) {
            ControlSocket.Answer answer = explain(number);
            assertThat(answer.status()).as(number).isEqualTo(69);
            assertThat(answer.text()).contains("no request " + number);
        }
    }

    @Test
    void theStatusPageKnowsWhoWasDenied() throws IOException {
        denied();
        denied();

        assertThat(status())
                .contains("\"denied_clients_count\":1,", "\"client\":\"203.0.113.9\",\"count\":2,")
                .contains(
                        "\"reason\":\"rule \\\"deny 203.0.113.0/24\\\" at ",
                        "\"peer\":\"127.0.0.1\",\"via\":[\"10.0.0.7\"]")
                .contains("\"list\":\"default\",\"rule\":\"deny 203.0.113.0/24\"", "\"hits\":2,")
                .contains("\"note\":\"moved out\"", "\"hits\":0,\"last_hit\":null");
    }

    @Test
    void theStatusPageKnowsTheAppAndTheReloads() throws IOException {
        gate.getFrom("127.0.0.1", "/");
        assertThat(status())
                .contains("\"name\":\"127.0.0.1:" + app.port() + "\",\"trouble\":null", "\"answers\":1,")
                .contains("\"succeeded\":true,\"text\":\"started\"");

        gate.reload(conf("rules: [{allow: 127.0.0.1}]\n"));
        assertThat(status()).contains("\"succeeded\":true,\"text\":\"+1 rule, -2 rules\"");
    }

    private String status() throws IOException {
        try (RawClient client =
                RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()))) {
            RawResponse answer = client.get("/api/status");
            assertThat(answer.header("Content-Type")).isEqualTo("application/json");
            return answer.body();
        }
    }
}
