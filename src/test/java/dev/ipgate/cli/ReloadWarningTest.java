package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever reloads a file through SSH that denies them is told so, and the reload goes on. */
class ReloadWarningTest {

    @TempDir
    private Path folder;

    private String reload(@Nullable IpAddress operator, String conf) throws IOException {
        Path file = Files.writeString(folder.resolve("ipgate.yaml"), """
                listen: 8080
                upstream: "http://127.0.0.1:5050"
                control: nobody-listens
                """ + conf);
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream to = new PrintStream(said, true, UTF_8);
        int status = new Reload(to, to, () -> operator).run(new String[] {"reload", "-c", file.toString()});
        assertThat(status).isEqualTo(ExitStatus.FAILED); // as no gate is running, which it finds out after the warning
        return said.toString(UTF_8).replace(folder + "/", "");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            198.51.100.4 | rule "deny all" at ipgate.yaml:5, in the default site; guard: 198.51.100.4 would have refused it
            2001:db8::1  | rule "deny all" at ipgate.yaml:5, in the default site; guard: "2001:db8::1" would have refused it
            """)
    void isWarned(String operator, String why) throws IOException {
        assertThat(reload(IpAddress.parse(operator), "rules:\n  [{allow: 203.0.113.7}, {deny: all}]\n"))
                .startsWith("warning: you are connected from " + operator
                        + " (SSH_CONNECTION), and this file denies you: " + why + "\n");
    }

    @Test
    void whoeverIsLetInOrUnknownIsNotWarned() throws IOException {
        String rules = "rules: [{allow: 203.0.113.7}, {deny: all}]\n";

        assertThat(reload(IpAddress.parse("203.0.113.7"), rules)).doesNotContain("warning");
        assertThat(reload(null, rules)).doesNotContain("warning");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(textBlock = """
            198.51.100.4 50122 10.0.0.5 22,      198.51.100.4
            2001:db8::1 50122 2001:db8::5 22,    2001:db8::1
            fe80::1%eth0 50122 fe80::2%eth0 22,  fe80::1
            ::ffff:198.51.100.4 1 ::1 22,        198.51.100.4
            UNKNOWN 65535 UNKNOWN 65535,
            ' ',
            '',
            """)
    void readsWhatSshdSays(String connection, @Nullable String address) {
        assertThat(SshSession.client(connection)).isEqualTo(address == null ? null : IpAddress.parse(address));
    }

    @Test
    void whatSudoTakesAwayIsStillInTheProcessesAround() throws IOException {
        Path environment = Files.writeString(
                folder.resolve("environ"),
                "HOME=/root\0OLD_SSH_CONNECTION=1\0SSH_CONNECTION=198.51.100.4 1 ::1 22\0A=b");

        assertThat(SshSession.variable(environment)).isEqualTo("198.51.100.4 1 ::1 22");
        assertThat(SshSession.variable(Files.writeString(environment, "HOME=/root\0")))
                .isNull();
        assertThat(SshSession.variable(folder.resolve("gone"))).isNull();
    }
}
