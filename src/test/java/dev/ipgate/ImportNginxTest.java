package dev.ipgate;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code ipgate import-nginx}, from its arguments to its exit status. */
class ImportNginxTest {

    @TempDir
    private Path folder;

    @Test
    void helpNamesItsExitStatuses() {
        CommandRun run = CommandRun.of("import-nginx", "--help");

        assertThat(run.status()).isZero();
        assertThat(run.out()).startsWith("ipgate import-nginx FILE ").contains("Exit status: 0 ", "1 ", "78 ", "64 ");
        assertThat(CommandRun.of("--help").out()).contains("ipgate import-nginx ");
    }

    @Test
    void writesAConfFileThatPassesTheCheck() throws IOException {
        CommandRun run = imported("""
                server {
                    listen 127.0.0.1:8080;
                    access_log off;
                    location / {
                        allow 203.0.113.0/24;   # the office
                        deny all;
                        proxy_pass http://127.0.0.1:5050;
                        proxy_set_header Host $host;
                    }
                }
                """);

        assertThat(run.status()).isZero();
        assertThat(run.err())
                .isEqualTo(folder.resolve("nginx.conf")
                        + ":3: harmless: access_log off: is about nginx's logs; ipgate's are set under access_log\n");
        assertThat(run.out()).containsPattern("  - allow: 203.0.113.0/24 +# the office\n  - deny: all\n");
        Path conf = Files.writeString(folder.resolve("ipgate.yaml"), run.out());
        assertThat(CommandRun.of("check", "-c", conf.toString()).status()).isZero();
        assertThat(CommandRun.of("explain", "203.0.113.9", "-c", conf.toString())
                        .status())
                .isZero();
        assertThat(CommandRun.of("explain", "192.0.2.9", "-c", conf.toString()).status())
                .isEqualTo(1);
    }

    @Test
    void whatMattersIsToldByTheExitStatus() throws IOException {
        CommandRun run = imported("server { location / { limit_req zone=a; proxy_pass http://127.0.0.1:1; } }");

        assertThat(run.status()).isEqualTo(1);
        assertThat(run.err()).contains("nginx.conf:1: matters: limit_req zone=a: limits how often one client may ask");
        assertThat(run.out()).isNotEmpty();
    }

    @Test
    void noPasswordIsShown() throws IOException {
        CommandRun run = imported(
                "server { location / { proxy_pass http://a:1; proxy_set_header Authorization \"Basic c2VjcmV0\"; } }");

        assertThat(run.err()).contains("proxy_set_header Authorization …").doesNotContain("c2VjcmV0");
        assertThat(run.out()).doesNotContain("c2VjcmV0");
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # file                    | said
            server { allow all;       | nginx.conf:1:8: this "{" is never closed
            allow all                 | nginx.conf:1:1: "allow" has no ";" at its end
            include nginx.conf;       | includes itself
            include none.conf;        | there is no file
            """)
    void whatNginxCouldNotReadIsAMistake(String text, String said) throws IOException {
        CommandRun run = imported(text);

        assertThat(run.status()).isEqualTo(78);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains(said).doesNotContain("Exception", "\tat ");
    }

    @Test
    void wrongUsageIsExplained() {
        assertThat(CommandRun.of("import-nginx"))
                .isEqualTo(new CommandRun(64, "", "ipgate: missing: FILE\nTry: ipgate --help\n"));
        assertThat(CommandRun.of("import-nginx", "a", "b").status()).isEqualTo(64);
        assertThat(CommandRun.of("import-nginx", folder.resolve("none").toString())
                        .status())
                .isEqualTo(78);
    }

    @Test
    void aFileOfNginxsRulesIsReadAsItStandsAndAnew() throws IOException {
        Path file = Files.writeString(folder.resolve("allow.conf"), "# the office\nallow 203.0.113.0/24;\ndeny all;\n");
        Path conf = Files.writeString(
                folder.resolve("ipgate.yaml"),
                "listen: 8080\nupstream: \"http://127.0.0.1:5050\"\nrules: {nginx_file: allow.conf}\n");

        CommandRun allowed = CommandRun.of("explain", "203.0.113.9", "-c", conf.toString());
        CommandRun denied = CommandRun.of("explain", "192.0.2.9", "-c", conf.toString());
        Files.writeString(file, "allow all;");
        CommandRun later = CommandRun.of("explain", "192.0.2.9", "-c", conf.toString());

        assertThat(CommandRun.of("check", "-c", conf.toString()).err()).doesNotContain("does not end in");
        assertThat(allowed.status()).isZero();
        assertThat(allowed.out()).contains("allow.conf:2");
        assertThat(denied.status()).isEqualTo(1);
        assertThat(denied.out()).contains("allow.conf:3");
        assertThat(later.status()).isZero();
    }

    private CommandRun imported(String text) throws IOException {
        Path file = Files.writeString(folder.resolve("nginx.conf"), text);
        return CommandRun.of("import-nginx", file.toString());
    }
}
