package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code grant}, {@code grants}, {@code revoke} and {@code invite}, asked of a gate that runs. */
@Timeout(60)
class GrantsTest {

    private static final String ME = System.getProperty("user.name");
    private static final String IN = "127.0.0.2";
    private static final String OUT = "127.0.0.3";
    private static final String RULES = "rules: [{allow: granted}, {deny: all}]\n";
    private static final String GRANTS = "grants: {page: /.ipgate/in, for: 12h, max: 7d}\nstate: state\n";

    @TempDir
    private Path folder;

    private App app;
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        app = App.start();
        gate = TestGate.start(folder, conf(GRANTS + RULES));
    }

    @AfterEach
    void stop() throws IOException {
        gate.close();
        app.close();
    }

    private String conf(String more) {
        return "upstream: \"" + app.url() + "\"\ncontrol: control\nhosts: [ml.test, localhost]\n" + more;
    }

    private CommandRun run(String... args) {
        List<String> all = new ArrayList<>(Arrays.asList(args));
        all.addAll(List.of("-c", folder.resolve("ipgate.yaml").toString()));
        return CommandRun.of(all.toArray(new String[0]));
    }

    private int status(String client) throws IOException {
        RawResponse answer = gate.getFrom(client, "/");
        return answer.status();
    }

    @Test
    void aGrantIsInForceWhenTheCommandReturnsAndSoIsItsEnd() throws IOException {
        assertThat(status(IN)).isEqualTo(403);

        CommandRun granted = run("grant", IN, "--for", "8h", "--note", "the afternoon");

        assertThat(granted.status()).as(granted.err()).isZero();
        assertThat(granted.out())
                .matches(
                        "127\\.0\\.0\\.2 is let in until 20[0-9TZ:-]+, for 8h; to end it: ipgate revoke 127\\.0\\.0\\.2\n");
        assertThat(status(IN)).isEqualTo(200);
        assertThat(status(OUT)).isEqualTo(403);
        assertThat(run("grants").out())
                .matches("(?s)ADDRESS +UNTIL +LEFT +WAY +BY +NOTE\n127\\.0\\.0\\.2 +20[0-9TZ:-]+ +8h +command +" + ME
                        + " +the afternoon\n");
        assertThat(run("grants", "--json").json().getAsJsonArray("grants")).hasSize(1);

        CommandRun revoked = run("revoke", IN);

        assertThat(revoked.status()).isZero();
        assertThat(revoked.out())
                .matches("revoked: 127\\.0\\.0\\.2 until 20[0-9TZ:-]+, by " + ME + " \\(the afternoon\\)\n");
        assertThat(status(IN)).isEqualTo(403);
        assertThat(run("grants").out()).isEqualTo("nobody is granted anything\n");
    }

    @Test
    void theSameAgainRenews() {
        run("grant", IN, "--for", "1h");
        run("grant", IN, "--for", "3h");

        assertThat(run("grants").out().lines()).hasSize(2).last().asString().contains(" 3h ");
    }

    @Test
    void aBlockIsGrantedAsWhole() throws IOException {
        assertThat(run("grant", "127.0.0.2/31").status()).isZero();

        assertThat(status(IN)).isEqualTo(200);
        assertThat(status(OUT)).isEqualTo(200);
        CommandRun part = run("revoke", OUT);
        assertThat(part.status()).isEqualTo(1);
        assertThat(part.err())
                .isEqualTo(
                        "127.0.0.3 is not granted; it is within 127.0.0.2/31, which is: ipgate revoke 127.0.0.2/31\n");
    }

    @ParameterizedTest(name = "{0} {1} {2}")
    @CsvSource(textBlock = """
            127.0.0.2,      --for,  8d,    1, '8d is longer than anything may be granted for: grants.max is 7d'
            0.0.0.0/0,      --for,  1h,    1, '"0.0.0.0/0" holds a good part of the Internet'
            127.0.0.2,      --for,  2,     64, 'ipgate: --for "2" has no unit'
            127.0.0.2,      --for,  0s,    64, 'ipgate: --for "0s" is out of range'
            office,         --for,  1h,    64, 'ipgate: "office"'
            127.0.0.2,      --note, '',    0, ''
            127.0.0.2,      --note, a\tb,  64, 'ipgate: "a?b" has a control character'
            """)
    void whatCannotBeGrantedIsNot(String whom, String option, String value, int status, String message) {
        CommandRun run = run("grant", whom, option, value);

        assertThat(run.status()).as(run.err()).isEqualTo(status);
        assertThat(run.err()).startsWith(message);
    }

    @Test
    void aGrantThatDoesNotHelpIsSaidNotTo() throws IOException {
        gate.reload(conf(GRANTS + "rules: [{deny: 127.0.0.2}, {allow: granted}, {deny: all}]\n"));

        CommandRun run = run("grant", IN);

        assertThat(run.status()).isZero();
        assertThat(run.out()).contains("warning: it is refused all the same, by rule \"deny 127.0.0.2\" at ");
        assertThat(status(IN)).isEqualTo(403);
    }

    @Test
    void anInviteIsALinkToThePage() {
        CommandRun run = run("invite", "--for", "2h", "--note", "Ben");

        assertThat(run.status()).as(run.err()).isZero();
        assertThat(run.out()).matches("https://ml\\.test/\\.ipgate/in#[A-Za-z0-9_-]{22}\n");
        assertThat(run("invite", "--site", "other.test:8443").out()).startsWith("https://other.test:8443/.ipgate/in#");
        assertThat(run("invite", "--within", "8d").status()).isEqualTo(1);
    }

    @Test
    void withoutGrantsNothingIsGranted() throws IOException {
        gate.reload(conf("rules: [{deny: all}]\n"));

        CommandRun run = run("grant", IN);

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).startsWith("there are no grants here; write grants: on and state: /var/lib/ipgate");
        assertThat(run("grants").out()).isEqualTo("nobody is granted anything\n");
    }

    @Test
    void whatWasGrantedIsBackWhenGrantsAre() throws IOException {
        run("grant", IN);
        gate.reload(conf("rules: [{deny: all}]\n"));
        assertThat(status(IN)).isEqualTo(403);

        gate.reload(conf(GRANTS + RULES));

        assertThat(status(IN)).isEqualTo(200);
    }

    @Test
    void aFileThatIsNoneLetsTheGateStartAndIsKept() throws IOException {
        run("grant", IN);
        gate.close();
        Path file = folder.resolve("state").resolve("grants");
        Files.writeString(file, "rubbish");

        gate = TestGate.start(folder, conf(GRANTS + "rules: [{allow: [granted, 127.0.0.9]}, {deny: all}]\n"));

        assertThat(status(IN)).isEqualTo(403);
        assertThat(status("127.0.0.9")).isEqualTo(200);
        assertThat(run("check").err() + run("check").out()).contains("the grants there are not in force");
        assertThat(run("grant", OUT).status()).isZero();
        assertThat(status(OUT)).isEqualTo(200);
        try (var names = Files.list(file.getParent())) {
            assertThat(names.map(name -> name.getFileName().toString()))
                    .anySatisfy(name -> assertThat(name).startsWith("grants.corrupt-"));
        }
    }

    @Test
    void explainKnowsThem() {
        run("grant", IN);

        assertThat(run("explain", IN).out()).contains("passes:   allow", "\"allow granted\"");
        assertThat(run("explain", OUT).status()).isEqualTo(1);
        assertThat(run("explain", OUT, "--path", "/.ipgate/in").out()).contains("403 needs-https");
    }

    @Test
    void withoutAGateNobodyIsLetIn() {
        gate.close();

        assertThat(run("grant", IN).status()).isEqualTo(69);
        assertThat(run("grants").status()).isEqualTo(69);
    }
}
