package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.ipgate.testing.Basic;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.OpenSsl;
import dev.ipgate.testing.Programs;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mlflow_project.google.gson.JsonArray;
import org.mlflow_project.google.gson.JsonParser;

/** What is counted, and that it is counted right. */
class MetricsTest {

    private static final String RULES = """
            rules:
              - {allow: 127.0.0.1, methods: [GET]}
              - {deny: 127.0.0.2, note: "moved out"}
              - {allow: 127.0.0.3}
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private ScriptedApp app;

    @AutoClose
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        app = ScriptedApp.start(conversation -> {
            while (true) {
                String status = conversation.next().target().substring(1);
                if (status.equals("drop")) {
                    return;
                }
                conversation.say("HTTP/1.1 " + status + " Said\r\nContent-Length: 0\r\n\r\n");
            }
        });
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\n");
        gate = TestGate.start(folder, conf(RULES));
    }

    private String conf(String rules) {
        return """
                upstream: "APP"
                locations: [{path: /201, auth: {users_file: users}, rules: [{allow: all}], note: "for all with a password"}]
                admin: 127.0.0.1:0
                """.replace("APP", app.url()) + rules;
    }

    private RawResponse scrape(String... headerLines) throws IOException {
        try (RawClient client =
                RawClient.connect(Objects.requireNonNull(gate.gate().adminAddress()))) {
            return client.get("/metrics", headerLines);
        }
    }

    /** Waits for a line: a client has its answer a moment before its request has ended. */
    private void awaitLine(String line) {
        Eventually.holds(line, () -> scrape().body().lines().anyMatch(line::equals));
    }

    /** The process is this test's, whose memory is more than 20 MiB and less than is reserved. */
    @Test
    void tellsWhatTheProcessTakes() throws IOException {
        double resident = value("process_resident_memory_bytes");

        assertThat(resident).isBetween(20.0 * (1 << 20), value("process_virtual_memory_bytes"));
        assertThat(value("process_cpu_seconds_total")).isPositive();
        assertThat(value("process_open_fds")).isBetween(3.0, value("process_max_fds"));
    }

    @Test
    void promtoolFindsNothingToSay() throws Exception {
        Path promtool = Programs.require("promtool");
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");
        Path scrape = Files.write(folder.resolve("scrape"), scrape().bytes());
        Path said = folder.resolve("said");

        Process check = new ProcessBuilder(promtool.toString(), "check", "metrics")
                .redirectInput(scrape.toFile())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertThat(check.waitFor()).as(Files.readString(said)).isZero();
        assertThat(said).isEmptyFile();
    }

    @Test
    void theAlertsAreRightAndAboutMetricsThatThereAre() throws Exception {
        Path promtool = Programs.require("promtool");
        Path alerts = Path.of("conf/examples/prometheus/alerts.yaml");
        Path said = folder.resolve("said");

        Process check = new ProcessBuilder(promtool.toString(), "check", "rules", alerts.toString())
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();

        assertThat(check.waitFor()).as(Files.readString(said)).isZero();
        Matcher metrics = Pattern.compile("ipgate_[a-z_]+").matcher(Files.readString(alerts));
        String page = Files.readString(Path.of("src/site/markdown/operations.md"));
        assertThat(metrics.results().map(MatchResult::group))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }

    /** A histogram has its name with {@code _bucket} behind it. */
    @Test
    void theDashboardIsAboutMetricsThatThereAre() throws Exception {
        JsonArray panels = JsonParser.parseString(Files.readString(Path.of("conf/examples/grafana/ipgate.json")))
                .getAsJsonObject()
                .getAsJsonArray("panels");
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");
        String page = Files.readString(Path.of("src/site/markdown/operations.md"));
        String scraped = scrape().body();

        assertThat(panels).isNotEmpty().allSatisfy(panel -> {
            String expressions = panel.getAsJsonObject().get("targets").toString();
            List<String> metrics = Pattern.compile("(ipgate|jvm|process)_[a-z_]+")
                    .matcher(expressions)
                    .results()
                    .map(MatchResult::group)
                    .toList();
            assertThat(metrics).as(expressions).isNotEmpty();
            for (String name : metrics) {
                if (name.startsWith("ipgate_")) {
                    assertThat(page).contains("| `" + name.replaceFirst("_bucket$", "") + "` |");
                } else {
                    assertThat(scraped).contains("\n" + name);
                }
            }
        });
    }

    @Test
    void requestsAreCountedBySiteDecisionAndStatus() throws IOException {
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.1", "/404");
        gate.getFrom("127.0.0.1", "/299");
        gate.getFrom("127.0.0.2", "/200");
        gate.getFrom("127.0.0.4", "/200");

        awaitLine("ipgate_requests_total{decision=\"allow\",site=\"default\",status=\"200\"} 2.0");
        awaitLine("ipgate_requests_total{decision=\"allow\",site=\"default\",status=\"404\"} 1.0");
        awaitLine("ipgate_requests_total{decision=\"allow\",site=\"default\",status=\"2xx\"} 1.0");
        awaitLine("ipgate_requests_total{decision=\"deny\",site=\"default\",status=\"403\"} 2.0");
        awaitLine("ipgate_denials_total{reason=\"denied\"} 2.0");
    }

    @Test
    void rulesAreCountedByTheirText() throws IOException {
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");
        gate.getFrom("127.0.0.2", "/200");
        gate.getFrom("127.0.0.4", "/200");

        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"allow 127.0.0.1 for GET\"} 1.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2\"} 2.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"allow 127.0.0.3\"} 0.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"no rule matched\"} 1.0");
        awaitLine("ipgate_rule_decisions_total{list=\"(other)\",rule=\"(other)\"} 0.0");
    }

    @Test
    void countsOutliveAReload() throws IOException {
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2\"} 1.0");

        gate.reload(conf("""
                # a line above the rules, and one more rule before them
                rules:
                  - {allow: 127.0.0.9}
                  - {deny: 127.0.0.2, note: "moved out"}
                  - {allow: 127.0.0.1, methods: [GET]}
                """));
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");

        awaitLine("ipgate_requests_total{decision=\"allow\",site=\"default\",status=\"200\"} 2.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2\"} 2.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"allow 127.0.0.1 for GET\"} 2.0");
        awaitLine("ipgate_reloads_total{result=\"success\"} 1.0");
    }

    @Test
    void aThousandRulesAreToldApartAndTheOthersAreCountedTogether() throws IOException {
        StringBuilder rules = new StringBuilder("rules:\n");
        IntStream.range(0, 1500)
                .forEach(i -> rules.append("  - allow: 10.0.")
                        .append(i / 256)
                        .append('.')
                        .append(i % 256)
                        .append('\n'));
        gate.reload(conf(rules + "  - allow: 127.0.0.1\n"));

        gate.getFrom("127.0.0.1", "/200");

        awaitLine("ipgate_rule_decisions_total{list=\"(other)\",rule=\"(other)\"} 1.0");
        assertThat(scrape().body().lines().filter(line -> line.startsWith("ipgate_rule_decisions_total")))
                .hasSizeLessThanOrEqualTo(RequestCounts.MOST + 1);
    }

    @Test
    void rulesThatLookTheSameAreNoTrouble() throws IOException {
        String many = String.join(", ", Collections.nCopies(60, "10.0.0.1"));
        gate.reload(conf("""
                rules:
                  - {allow: [MANY, 10.0.0.2]}
                  - {allow: [MANY, 127.0.0.1]}
                  - {deny: 127.0.0.2}
                  - {deny: 127.0.0.2}
                """.replace("MANY", many)));

        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.2", "/200");

        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2\"} 1.0");
        awaitLine("ipgate_rule_decisions_total{list=\"default\",rule=\"deny 127.0.0.2 #2\"} 0.0");
        assertThat(scrape().body()).containsPattern("rule=\"allow 10.0.0.1, [^\"]+…\"} 1.0\n");
    }

    @Test
    void whatTheAppDoesWrongIsCounted() throws IOException {
        gate.getFrom("127.0.0.1", "/drop");

        awaitLine("ipgate_upstream_failures_total{reason=\"broken\",upstream=\"127.0.0.1:" + app.port() + "\"} 1.0");
        awaitLine("ipgate_requests_total{decision=\"allow\",site=\"default\",status=\"502\"} 1.0");
        awaitLine("ipgate_denials_total{reason=\"denied\"} 0.0");
    }

    @Test
    void answersAreTimed() throws IOException {
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.1", "/200");

        String app = "{upstream=\"127.0.0.1:" + this.app.port() + "\"";
        awaitLine("ipgate_upstream_response_seconds_count" + app + "} 2");
        awaitLine("ipgate_upstream_response_seconds_bucket" + app + ",le=\"+Inf\"} 2");
    }

    @Test
    void passwordsAreCounted() throws IOException {
        gate.getFrom("127.0.0.1", "/201");
        gate.getFrom("127.0.0.1", "/201", Basic.line("ana", "wrong"));
        gate.getFrom("127.0.0.1", "/201", Basic.line("ana", "secret"));

        awaitLine("ipgate_auth_attempts_total{result=\"no-password\"} 1.0");
        awaitLine("ipgate_auth_attempts_total{result=\"wrong-password\"} 1.0");
        awaitLine("ipgate_auth_attempts_total{result=\"right\"} 1.0");
    }

    @Test
    void whatNobodyCanReadIsCounted() throws IOException {
        try (RawClient client = gate.connect()) {
            client.send("GET / HTTP/1.1\r\nHost : localhost\r\n\r\n").read();
        }

        awaitLine("ipgate_parser_refusals_total{protocol=\"http1\"} 1.0");
        awaitLine("ipgate_requests_total{decision=\"refused\",site=\"(none)\",status=\"400\"} 1.0");
        awaitLine("ipgate_denials_total{reason=\"bad-request\"} 1.0");
    }

    @Test
    void whoeverWantsOpenMetricsGetsIt() throws IOException {
        RawResponse plain = scrape();
        RawResponse open = scrape("Accept: application/openmetrics-text; version=1.0.0,text/plain;q=0.5");

        assertThat(plain.header("Content-Type")).startsWith("text/plain; version=0.0.4");
        assertThat(open.header("Content-Type")).startsWith("application/openmetrics-text; version=1.0.0");
        assertThat(new String(open.bytes(), UTF_8)).endsWith("# EOF\n");
    }

    @Test
    void certificatesHaveTheirEnds(@TempDir Path certificates) throws Exception {
        OpenSsl openSsl = new OpenSsl(certificates);
        openSsl.ec("one", "DNS:localhost");
        Instant end = ((X509Certificate) CertificateFactory.getInstance("X.509")
                        .generateCertificate(
                                new ByteArrayInputStream(Files.readAllBytes(certificates.resolve("one.pem")))))
                .getNotAfter()
                .toInstant();

        gate.reload("listen: {address: \"127.0.0.1:0\", tls: "
                + OpenSsl.tls(certificates.resolve("one").toString()) + "}\n" + conf(RULES));

        String one = "{certificate=\"" + certificates.resolve("one.pem") + "\"}";
        assertThat(value("ipgate_certificate_expiry_timestamp_seconds" + one)).isEqualTo((double) end.getEpochSecond());
        double now = Instant.now().toEpochMilli() / 1000.0;
        double left = value("ipgate_certificate_expires_in_seconds" + one);
        assertThat(now + left).isCloseTo((double) end.getEpochSecond(), within(60.0));
    }

    private double value(String series) throws IOException {
        return scrape().body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElseThrow();
    }

    /** As many series as there are sites and rules, however many clients, paths and statuses come. */
    @Test
    void strangersMakeNoSeries() throws IOException {
        gate.getFrom("127.0.0.1", "/200");
        gate.getFrom("127.0.0.5", "/x");
        awaitLine("ipgate_denials_total{reason=\"denied\"} 1.0");
        long before = series();

        for (int i = 0; i < 50; i++) {
            gate.getFrom("127.0.1." + i, "/" + i, "Host: " + i + ".example.com", "X-" + i + ": 1");
        }

        awaitLine("ipgate_denials_total{reason=\"denied\"} 51.0");
        assertThat(series()).isEqualTo(before);
    }

    private long series() throws IOException {
        return scrape().body().lines().filter(line -> !line.startsWith("#")).count();
    }

    @Test
    void everyMetricHasTheNameOfTheProgramOrOneThatAllHave() throws IOException {
        assertThat(names()).allMatch(name -> name.matches("(ipgate|jvm|process)_[a-z0-9_]+"));
    }

    @Test
    void everyMetricIsExplained() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/operations.md"));

        assertThat(names())
                .filteredOn(name -> name.startsWith("ipgate_"))
                .allSatisfy(name -> assertThat(page).contains("| `" + name + "` |"));
    }

    private Stream<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        Matcher types = Pattern.compile("(?m)^# TYPE (\\S+) ").matcher(scrape().body());
        while (types.find()) {
            names.add(types.group(1));
        }
        return names.stream();
    }
}
