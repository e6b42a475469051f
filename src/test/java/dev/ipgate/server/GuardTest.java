package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.testing.App;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A conf file that denies whom its guard names is refused. */
class GuardTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    private Path folder;

    @AutoClose
    private final App app = App.start();

    /** What is wrong with a conf file; nothing, if nothing is. */
    private String problems(String conf) throws IOException {
        Files.writeString(folder.resolve("users"), "ana:{PLAIN}secret\n");
        Path file = Files.writeString(
                folder.resolve("ipgate.yaml"),
                "upstream: http://127.0.0.1:5050\n" + conf.replace("\\n", "\n") + "\nlisten: 8080\n");
        try {
            Configuration.load(file, NOW);
            return "";
        } catch (ConfigException e) {
            return e.problems().get(0).toString().replace(folder + "/", "");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # the conf file from line 2 on                                     | what is wrong
            guard: 10.0.0.1\\nrules: [{allow: 10.0.0.0/8}]                     | ''
            guard: 10.0.0.0/8\\nrules: [{allow: 10.0.0.0/8}]                   | ''
            guard: 10.0.0.0/8\\nrules: [{allow: 10.0.0.0/9}, {allow: 10.128.0.0/9}] | ''
            guard: 11.0.0.1\\nrules: [{allow: 10.0.0.0/8}]                     | ipgate.yaml:2:8: guard: this would lock out 11.0.0.1: no rule matched, in the default site; allow it there, or take it out of guard
            guard: 10.0.0.0/8\\nrules: [{deny: 10.1.2.3}, {allow: all}]        | ipgate.yaml:2:8: guard: this would lock out 10.1.2.3 of "10.0.0.0/8": rule "deny 10.1.2.3" at ipgate.yaml:3, in the default site; allow it there, or take it out of guard
            guard: [10.0.0.1, "2001:db8::/32"]\\nrules: [{allow: 10.0.0.1}, {allow: "2001:db8::/33"}] | ipgate.yaml:2:19: guard: this would lock out 2001:db8:8000:: of "2001:db8::/32": no rule matched, in the default site; allow it there, or take it out of guard
            groups: {office: [10.0.0.1, 10.0.0.2]}\\nguard: office\\nrules: [{allow: 10.0.0.1}] | ipgate.yaml:3:8: guard: this would lock out 10.0.0.2 of "office": no rule matched, in the default site; allow it there, or take it out of guard
            guard: 10.0.0.1\\nrules: [{allow: 10.0.0.1, until: 2026-06-01}]    | ''
            guard: 10.0.0.1\\nrules: [{allow: 10.0.0.1, until: 2026-05-31}]    | ipgate.yaml:2:8: guard: this would lock out 10.0.0.1: no rule matched, in the default site; allow it there, or take it out of guard
            guard: 10.0.0.1\\nrules: [{deny: 10.0.0.1, methods: PUT}, {allow: all}] | ''
            guard: 10.0.0.1\\nrules: [{deny: 10.0.0.1, report: true}, {allow: all}] | ''
            # whom no address keeps out is not locked out
            guard: 10.0.0.1\\nmode: report\\nrules: [{deny: all}]              | ''
            guard: 10.0.0.1\\nauth: {users_file: users}                        | ''
            guard: 10.0.0.1\\nauth: {users_file: users}\\nsatisfy: any\\nrules: [{deny: all}] | ''
            guard: 10.0.0.1\\nauth: {users_file: users}\\nrules: [{allow: 10.0.0.2}] | ipgate.yaml:2:8: guard: this would lock out 10.0.0.1: no rule matched, in the default site; allow it there, or take it out of guard
            # what counts is the front page
            guard: 10.0.0.1\\nrules: [{allow: 10.0.0.1}]\\nlocations: [{path: /x, rules: [{deny: all}]}] | ''
            guard: 10.0.0.1\\nrules: [{allow: 10.0.0.1}]\\nlocations: [{path: /, match: exact, rules: [{deny: all}]}] | ipgate.yaml:2:8: guard: this would lock out 10.0.0.1: rule "deny all" at ipgate.yaml:4, in the default site; allow it there, or take it out of guard
            # every site, unless it has a guard of its own
            guard: 10.0.0.1\\nhosts: a\\nrules: [{allow: 10.0.0.1}]\\nsites: [{hosts: b, upstream: "http://127.0.0.1:1", rules: [{allow: 10.0.0.2}]}] | ipgate.yaml:2:8: guard: this would lock out 10.0.0.1: no rule matched, in the site b; allow it there, or take it out of guard
            guard: 10.0.0.1\\nhosts: a\\nrules: [{allow: 10.0.0.1}]\\nsites: [{hosts: b, upstream: "http://127.0.0.1:1", rules: [{allow: 10.0.0.2}], guard: []}] | ''
            rules: [{allow: 10.0.0.1}]\\nsites: [{hosts: b, upstream: "http://127.0.0.1:1", rules: [{allow: 10.0.0.2}], guard: 10.0.0.3}] | ipgate.yaml:3:87: guard: this would lock out 10.0.0.3: no rule matched, in the site b; allow it there, or take it out of guard
            """)
    void refusesWhatWouldLockOut(String conf, String problem) throws IOException {
        assertThat(problems(conf)).isEqualTo(problem);
    }

    @Test
    void aReloadThatLocksOutLeavesTheOldRulesInForce() throws IOException {
        String guarded = "upstream: APP\nguard: 127.0.0.1\n".replace("APP", app.url());
        try (TestGate gate = TestGate.start(folder, guarded + "rules: [{allow: 127.0.0.0/8}]\n")) {
            assertThatThrownBy(() -> gate.reload(guarded + "rules: [{deny: 127.0.0.1}, {allow: 127.0.0.0/8}]\n"))
                    .isInstanceOf(ConfigException.class)
                    .hasMessageContaining("guard: this would lock out 127.0.0.1: rule \"deny 127.0.0.1\" at ");

            assertThat(gate.getFrom("127.0.0.1", "/").status()).isEqualTo(200);
        }
    }

    @Test
    void aStartThatLocksOutFails() {
        String conf = "upstream: APP\nguard: 127.0.0.1\nrules: [{allow: 127.0.0.2}]\n".replace("APP", app.url());

        assertThatThrownBy(() -> TestGate.start(folder, conf)).isInstanceOf(ConfigException.class);
    }
}
