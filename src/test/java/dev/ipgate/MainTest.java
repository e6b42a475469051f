package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow_project.google.gson.JsonObject;

/** What the commands say, where they say it, and with which exit status; explain has a test of its own. */
@Timeout(60) // a serve that should have failed would serve for ever
class MainTest {

    private static final String GOOD = """
            listen: 8080
            upstream: "http://127.0.0.1:5050"
            rules:
              - allow: 203.0.113.7
              - deny: all
            """;

    private static final String DUPLICATE = """
            listen: 8080
            upstream: "http://127.0.0.1:5050"
            rules:
              - allow: 10.0.0.0/8
              - allow: 10.0.0.1
            """;

    private static final String TWO_MISTAKES = """
            listen: 8080
            upstream: "http://127.0.0.1:5050"
            rules:
              - allow: 10.0.0.1/8
              - permit: 10.0.0.1
            """;

    /** What all of them open. */
    private static final String OPENS = "listens on port 8080\nserves any host by http://127.0.0.1:5050\n";

    @TempDir
    private Path folder;

    private String conf(String text) throws IOException {
        return Files.writeString(folder.resolve("ipgate.yaml"), text).toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "-h"})
    void helpNamesEveryCommand(String option) {
        CommandRun run = CommandRun.of(option);

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("ipgate serve ", "ipgate check ", "ipgate explain ", "ipgate reload ");
        assertThat(run.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "check", "explain", "reload", "replay"})
    void everyCommandHasHelpThatNamesItsExitStatuses(String command) {
        CommandRun run = CommandRun.of(command, "--help");

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("ipgate " + command + " ").contains("--conf FILE", "Exit status: 0 ", "78 ");
        assertThat(run.err()).isEmpty();
        assertThat(CommandRun.of(command, "-h")).isEqualTo(run);
    }

    @Test
    void versionIsOneLineAndUnderstoodEverywhere() {
        CommandRun run = CommandRun.of("--version");

        assertThat(run.status()).isZero();
        assertThat(run.out()).matches("ipgate \\S.*\\R");
        assertThat(CommandRun.of("check", "--version")).isEqualTo(run);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # arguments              | said
            serv                     | unknown command "serv"; did you mean serve?
            relaod                   | unknown command "relaod"; did you mean reload?
            frobnicate               | unknown command "frobnicate"
            --demon                  | unknown option "--demon"; did you mean --demo?
            check --jsno             | unknown option "--jsno"; did you mean --json?
            check --config x         | unknown option "--config"; did you mean --conf?
            check -c                 | -c wants a value: -c FILE
            check --json=yes         | --json takes no value
            check -c a -c b          | -c is given twice
            check ipgate.yaml        | unexpected: "ipgate.yaml"
            check --as office        | "office" is not an IP address
            reload now               | unexpected: "now"
            serve now                | unexpected: "now"
            explain                  | missing: ADDRESS
            explain 10.0.0.1 10.0.0.2 | unexpected: "10.0.0.2"
            explain 10.0.0.256       | "10.0.0.256" has an octet over 255
            explain localhost        | "localhost" is not an IP address
            """)
    void wrongUsageIsExplainedInTwoLines(String arguments, String said) {
        CommandRun run = CommandRun.of(arguments.split(" "));

        assertThat(run.status()).isEqualTo(64);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).isEqualToNormalizingNewlines("ipgate: " + said + "\nTry: ipgate --help\n");
    }

    @Test
    void aGoodFileIsFine() throws IOException {
        String conf = conf(GOOD);

        assertThat(CommandRun.of("check", "-c", conf)).isEqualTo(new CommandRun(0, OPENS, conf + ": fine\n"));
    }

    @Test
    void aWarningDoesNotMakeAFileUnusable() throws IOException {
        String conf = conf(DUPLICATE);
        CommandRun run = CommandRun.of("check", "--conf=" + conf);

        assertThat(run.status()).isZero();
        assertThat(run.out()).isEqualTo(OPENS);
        assertThat(run.err()).startsWith(conf + ":5:").contains(": warning: ").endsWith(": fine, with 1 warning\n");
    }

    @Test
    void everyProblemIsShownWithItsLineAndACaretUnderTheFault() throws IOException {
        String conf = conf(TWO_MISTAKES);
        CommandRun run = CommandRun.of("check", "-c", conf);

        assertThat(run.status()).isEqualTo(78);
        assertThat(run.out()).isEmpty();
        assertThat(run.err())
                .startsWith(conf + ":4:12: rules[0].allow: ")
                .contains("\n      - allow: 10.0.0.1/8\n               ^\n", "\n      - permit: 10.0.0.1\n        ^\n")
                .endsWith(": cannot be used; 2 problems\n");
    }

    @Test
    void theProblemsAreThereAsJsonToo() throws IOException {
        String conf = conf(TWO_MISTAKES);
        CommandRun run = CommandRun.of("check", "--json", "-c", conf);

        assertThat(run.status()).isEqualTo(78);
        assertThat(run.err()).isEmpty();
        JsonObject answer = run.json();
        assertThat(answer.get("file").getAsString()).isEqualTo(conf);
        assertThat(answer.get("usable").getAsBoolean()).isFalse();
        assertThat(answer.getAsJsonArray("problems")).hasSize(2);
        JsonObject first = answer.getAsJsonArray("problems").get(0).getAsJsonObject();
        assertThat(first.get("severity").getAsString()).isEqualTo("error");
        assertThat(first.get("file").getAsString()).isEqualTo(conf);
        assertThat(first.get("line").getAsInt()).isEqualTo(4);
        assertThat(first.get("column").getAsInt()).isEqualTo(12);
        assertThat(first.get("setting").getAsString()).isEqualTo("rules[0].allow");
        assertThat(first.get("message").getAsString()).contains("\"10.0.0.1/8\"", "10.0.0.0/8");
    }

    @ParameterizedTest(name = "{1} problems")
    @CsvSource(textBlock = """
            GOOD,      0
            DUPLICATE, 1
            """)
    void aUsableFileIsUsableAsJson(String which, int problems) throws IOException {
        CommandRun run = CommandRun.of("check", "--json", "-c", conf(which.equals("GOOD") ? GOOD : DUPLICATE));

        assertThat(run.status()).isZero();
        assertThat(run.json().get("usable").getAsBoolean()).isTrue();
        assertThat(run.json().getAsJsonArray("problems")).hasSize(problems);
        run.json()
                .getAsJsonArray("problems")
                .forEach(problem -> assertThat(
                                problem.getAsJsonObject().get("severity").getAsString())
                        .isEqualTo("warning"));
    }

    @Test
    void checkNamesTheListenersAndSites() throws IOException {
        new OpenSsl(folder).ec("live", "DNS:a.example");
        String conf = conf("""
                listen:
                  - {address: "[::1]:8443", tls: TLS}
                  - {address: "*:80", redirect_to_https: true, acme_challenges: challenges}
                  - {address: 127.0.0.1:8081, proxy_protocol: true}
                client_address: {trusted_proxies: [127.0.0.1]}
                admin: 9095
                upstream: "http://127.0.0.1:5050"
                rules: [{allow: 203.0.113.7}]
                sites:
                  - hosts: [a.example, "*.b.example"]
                    upstream: {urls: ["http://127.0.0.1:5051", "https://127.0.0.1:5052"]}
                    rules: [{allow: 203.0.113.7}]
                """.replace("TLS", OpenSsl.tls("live")));
        Files.createDirectory(folder.resolve("challenges"));

        assertThat(CommandRun.of("check", "-c", conf))
                .isEqualTo(new CommandRun(0, """
                        listens on [::1]:8443, TLS with FOLDER/live.pem, HTTP/2
                        listens on port 80, redirects to https, ACME challenges of FOLDER/challenges
                        listens on 127.0.0.1:8081, PROXY protocol
                        has its own pages on 127.0.0.1:9095
                        serves any other host by http://127.0.0.1:5050
                        serves a.example, *.b.example by http://127.0.0.1:5051, https://127.0.0.1:5052
                        """.replace("FOLDER", folder.toString()), conf + ": fine\n"));
        JsonObject json = CommandRun.of("check", "-c", conf, "--json").json();
        assertThat(json.getAsJsonArray("listeners").get(0))
                .hasToString("{\"address\":\"[::1]:8443\",\"tls\":true,\"http2\":true,\"proxy_protocol\":false,"
                        + "\"redirect_to_https\":false,\"certificates\":[\"" + folder + "/live.pem\"]}");
        assertThat(json.get("admin").getAsString()).isEqualTo("9095");
        assertThat(json.getAsJsonArray("sites").get(1))
                .hasToString("{\"hosts\":[\"a.example\",\"*.b.example\"],"
                        + "\"apps\":[\"http://127.0.0.1:5051\",\"https://127.0.0.1:5052\"]}");
    }

    @Test
    void checkSaysWhoGetsInAndRefusesAFileThatDeniesThem() throws IOException {
        String conf = conf(GOOD);

        assertThat(CommandRun.of("check", "-c", conf, "--as", "203.0.113.7"))
                .isEqualTo(new CommandRun(
                        0,
                        OPENS + "203.0.113.7: allow, by rule \"allow 203.0.113.7\" at " + conf
                                + ":4, in the default site\n",
                        conf + ": fine\n"));
        assertThat(CommandRun.of("check", "-c", conf, "--as", "203.0.113.7", "--as=2001:db8::1"))
                .isEqualTo(new CommandRun(
                        78,
                        OPENS + "203.0.113.7: allow, by rule \"allow 203.0.113.7\" at " + conf
                                + ":4, in the default site\n" + "2001:db8::1: deny, by rule \"deny all\" at " + conf
                                + ":5, in the default site\n",
                        conf + ": locks out 2001:db8::1\n"));

        CommandRun json = CommandRun.of("check", "-c", conf, "--as", "198.51.100.4", "--json");
        assertThat(json.status()).isEqualTo(78);
        assertThat(json.json().get("usable").getAsBoolean()).isFalse();
        JsonObject standing = json.json().getAsJsonArray("as").get(0).getAsJsonObject();
        assertThat(standing.get("client").getAsString()).isEqualTo("198.51.100.4");
        assertThat(standing.get("decision").getAsString()).isEqualTo("deny");
        assertThat(standing.get("rule_position").getAsString()).isEqualTo(conf + ":5:5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "check", "reload", "explain 10.0.0.1"})
    void whateverCannotBeReadIsAConfProblemForEveryCommand(String command) throws IOException {
        for (Path conf : new Path[] {
            folder, // a directory
            folder.resolve("missing.yaml"),
            Files.writeString(folder.resolve("empty.yaml"), ""),
            Files.write(folder.resolve("binary.yaml"), new byte[] {0, (byte) 0xFF, (byte) 0xFE, 1}),
        }) {
            CommandRun run = CommandRun.of((command + " -c " + conf).split(" "));

            assertThat(run.status()).as("%s: %s", conf, run.err()).isEqualTo(78);
            assertThat(run.err()).startsWith(conf.toString()).doesNotContain("Exception", "\tat ");
            assertThat(run.out()).isEmpty();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (App taken = App.start()) {
            String conf = conf("""
                    listen: "127.0.0.1:PORT"
                    upstream: "http://127.0.0.1:5050"
                    rules: [{allow: 127.0.0.1}]
                    """.replace("PORT", Integer.toString(taken.port())));
            CommandRun run = CommandRun.of("serve", "-c", conf);

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .contains("cannot listen on \"127.0.0.1:" + taken.port() + "\"")
                    .doesNotContain("Exception", "\tat ", "listens on");
        }
    }

    @Test
    void theDemoAppStandsInForAnAppOnThisMachineOnly() throws IOException {
        String conf = conf("""
                listen: "127.0.0.1:0"
                upstream: "http://198.51.100.1:5050"
                rules: [{allow: 127.0.0.1}]
                access_log: {to: off}
                """);
        CommandRun run = CommandRun.of("serve", "--demo", "-c", conf);

        assertThat(run.status()).isEqualTo(64);
        assertThat(run.err()).contains("198.51.100.1").doesNotContain("\tat ", "listens on");
    }

    @Test
    void theDemoAppDoesNotTakeThePlaceOfTheRealOne() throws IOException {
        try (App real = App.start()) {
            String conf = conf("""
                    listen: "127.0.0.1:0"
                    upstream: "APP"
                    rules: [{allow: 127.0.0.1}]
                    access_log: {to: off}
                    """.replace("APP", real.url()));
            CommandRun run = CommandRun.of("serve", "--demo", "-c", conf);

            assertThat(run.status()).isEqualTo(1);
            assertThat(run.err())
                    .contains(":" + real.port(), "leave out --demo")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void nothingIsReloadedWhereNoGateRuns() throws IOException {
        CommandRun bySignal = CommandRun.of("reload", "-c", conf(GOOD));

        assertThat(bySignal.status()).isEqualTo(1);
        assertThat(bySignal.out()).isEmpty();
        assertThat(bySignal.err()).startsWith("no gate is running with " + folder);

        CommandRun bySocket = CommandRun.of("reload", "-c", conf(GOOD + "control: control\n"));

        assertThat(bySocket.status()).isEqualTo(1);
        assertThat(bySocket.out()).isEmpty();
        assertThat(bySocket.err()).startsWith("no ipgate answers on \"" + folder.resolve("control") + "\"");
    }

    @Test
    void reloadOverTheControlSocketSaysWhatChanged() throws IOException {
        String conf = folder.resolve("ipgate.yaml").toString();
        try (App app = App.start();
                TestGate gate = TestGate.start(folder, """
                        upstream: APP
                        control: control
                        rules: [{allow: 127.0.0.2}]
                        """.replace("APP", app.url()))) {
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(403);
            String text = Files.readString(Path.of(conf));

            conf(text.replace("[{allow: 127.0.0.2}]", "[{allow: 127.0.0.2}, {allow: 127.0.0.3}]"));
            CommandRun good = CommandRun.of("reload", "-c", conf);
            assertThat(good.status()).isZero();
            assertThat(good.out()).contains("+1 rule");
            assertThat(good.err()).isEmpty();
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(200);

            conf(text.replace("127.0.0.2", "127.0.0.299"));
            CommandRun bad = CommandRun.of("reload", "-c", conf);
            assertThat(bad.status()).isEqualTo(78);
            assertThat(bad.out()).isEmpty();
            assertThat(bad.err()).contains("127.0.0.299");
            assertThat(gate.getFrom("127.0.0.3", "/").status()).isEqualTo(200);
        }
    }
}
