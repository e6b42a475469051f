package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mlflow_project.google.gson.JsonObject;

/** Yesterday's log, decided about by another conf file. */
class ReplayTest {

    private static final long SEED = 8;

    private static final String NEXT = """
            listen: 8080
            upstream: "http://127.0.0.1:5050"
            rules:
              - {deny: 10.0.0.0/24, report: true}
              - deny: 10.0.1.0/24
              - allow: 10.0.0.0/8
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    private String conf(String text) throws IOException {
        return Files.writeString(folder.resolve("next.yaml"), text).toString();
    }

    private static String line(String client, String target, int status) {
        return client + " - - [23/Nov/2026:21:18:59 +0000] \"GET " + target + " HTTP/1.1\" " + status
                + " 5 \"-\" \"-\"\n";
    }

    private static String json(String client, String target, int status) {
        return "{\"client\":\"" + client + "\",\"method\":\"GET\",\"target\":\"" + target
                + "\",\"host\":\"a.example\",\"status\":" + status + ",\"decision\":\""
                + (status == 403 ? "deny" : "allow") + "\"}\n";
    }

    @Test
    void saysWhoIsDeniedAndAllowedAnewAndByWhichRule() throws IOException {
        String conf = conf(NEXT);
        String log = line("10.0.1.1", "/first", 200)
                + line("10.0.1.1", "/second", 200)
                + line("10.0.1.1", "/last\\x22", 200)
                + line("10.0.2.2", "/", 403)
                + line("10.0.0.7", "/", 200)
                + line("11.0.0.1", "/", 403)
                + line("10.0.2.3", "/", 200)
                + line("10.0.2.3", "/", 400)
                + line("10.0.2.3", "/a/%00", 200)
                + "nonsense\u001b[2J\n\n";

        CommandRun run = CommandRun.withInput(log, "replay", "-", "-c", conf);

        assertThat(run).isEqualTo(new CommandRun(0, """
                        10  lines
                         2  decided the same
                         3  newly denied
                         1  newly allowed
                         1  let in, and reported
                         1  not decided by their address then
                         1  refused before their address matters: bad-request
                         1  not understood
                            line 10: nonsense\\x1B[2J

                newly denied:
                         3  10.0.1.1: rule "deny 10.0.1.0/24" at CONF:5 (GET /first to GET /last\\x22)

                newly allowed:
                         1  10.0.2.2: rule "allow 10.0.0.0/8" at CONF:6 (GET /)

                let in, and reported:
                         1  10.0.0.7: rule "deny 10.0.0.0/24" at CONF:4 would deny it, and only reports; rule "allow 10.0.0.0/8" at CONF:6 decides (GET /)
                """.replace("CONF", conf), ""));
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"combined", "json", "combined.gz", "json.gz"})
    void tenThousandLinesAreCountedRight(String format) throws IOException {
        Random random = new Random(SEED);
        Path log = folder.resolve(format);
        int denied = 0;
        Set<String> deniedClients = new HashSet<>();
        int allowed = 0;
        int reported = 0;
        try (OutputStream file = Files.newOutputStream(log);
                OutputStream to = format.endsWith(".gz") ? new GZIPOutputStream(file) : file) {
            for (int i = 0; i < 10_000; i++) {
                int first = 10 + random.nextInt(2);
                int third = random.nextInt(3);
                boolean was = random.nextBoolean();
                boolean is = first == 10 && third != 1;
                denied += was && !is ? 1 : 0;
                allowed += !was && is ? 1 : 0;
                reported += was && is && third == 0 ? 1 : 0;
                String client = first + ".0." + third + "." + random.nextInt(256);
                if (was && !is) {
                    deniedClients.add(client);
                }
                String target = "/experiments?page=" + i;
                int status = was ? 200 : 403;
                to.write((format.startsWith("json") ? json(client, target, status) : line(client, target, status))
                        .getBytes(UTF_8));
            }
        }

        CommandRun run = CommandRun.of("replay", log.toString(), "--conf", conf(NEXT), "--json");

        assertThat(run.status()).as("seed %d: %s", SEED, run.err()).isZero();
        JsonObject found = run.json();
        assertThat(found.get("lines").getAsInt()).isEqualTo(10_000);
        assertThat(found.getAsJsonObject("newly_denied").get("requests").getAsInt())
                .isEqualTo(denied);
        assertThat(found.getAsJsonObject("newly_allowed").get("requests").getAsInt())
                .isEqualTo(allowed);
        assertThat(found.getAsJsonObject("reported").get("requests").getAsInt()).isEqualTo(reported);
        assertThat(found.get("same").getAsInt()).isEqualTo(10_000 - denied - allowed - reported);
        assertThat(found.getAsJsonObject("newly_denied").get("clients_count").getAsInt())
                .isEqualTo(deniedClients.size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"combined", "json"})
    void theGatesOwnLogIsDecidedTheSameByTheSameFile(String format) throws IOException {
        try (TestGate gate =
                TestGate.start(folder, """
                upstream: "APP"
                rules: [{allow: 127.0.0.1}]
                locations: [{path: /public, rules: [{allow: all}], note: open}]
                access_log: {format: FORMAT, to: access.log}
                """.replace("APP", app.url()).replace("FORMAT", format))) {
            gate.getFrom("127.0.0.1", "/");
            gate.getFrom("127.0.0.2", "/");
            gate.getFrom("127.0.0.2", "/public?q=%22");
            gate.getFrom("127.0.0.2", "/x/..%2fpublic");
            Eventually.holds("each has its line", () -> gate.log().lines().count() == 4);
        }

        CommandRun run = CommandRun.of(
                "replay",
                folder.resolve("access.log").toString(),
                "-c",
                folder.resolve("ipgate.yaml").toString(),
                "--json");

        assertThat(run.json().get("same").getAsInt()).as(run.out()).isEqualTo(3);
        assertThat(run.json().get("unknown").getAsInt()).isEqualTo(1);
        assertThat(run.json().get("unreadable").getAsInt()).isZero();
    }

    @Test
    void theHostChoosesTheSite() throws IOException {
        String conf = conf(NEXT
                + "sites: [{hosts: a.example, upstream: \"http://127.0.0.1:1\", rules: [{allow: 10.0.1.0/24}]}]\n");

        assertThat(CommandRun.withInput(json("10.0.1.1", "/", 200), "replay", "-", "-c", conf)
                        .out())
                .contains("1  decided the same");
        assertThat(CommandRun.withInput(line("10.0.1.1", "/", 200), "replay", "-", "-c", conf)
                        .out())
                .contains("1  newly denied");
        assertThat(CommandRun.withInput(line("10.0.1.1", "/", 200), "replay", "-", "-c", conf, "--host", "a.example")
                        .out())
                .contains("1  decided the same");
    }

    @Test
    void aLogThatCannotBeReadIsToldFromABadConfFile() throws IOException {
        String conf = conf(NEXT);
        Path torn = Files.write(folder.resolve("torn.gz"), new byte[] {0x1f, (byte) 0x8b, 8});

        assertThat(CommandRun.of("replay", folder + "/gone", "-c", conf))
                .isEqualTo(new CommandRun(1, "", "ipgate: there is no file \"" + folder + "/gone\"\n"));
        assertThat(CommandRun.of("replay", torn.toString(), "-c", conf))
                .isEqualTo(new CommandRun(1, "", "ipgate: \"" + torn + "\" is not whole, or not packed by gzip\n"));
        assertThat(CommandRun.withInput("", "replay", "-", "-c", conf("rules: []\n"))
                        .status())
                .isEqualTo(78);
    }
}
