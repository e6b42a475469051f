package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code ipgate passwd} at a terminal, which script(1) makes; what it shows is what somebody would see. */
@Timeout(120)
class PasswdIT {

    @TempDir
    private Path folder;

    @Test
    void asksTwiceWithoutShowingThePasswordAndOnceToTryIt() throws Exception {
        try (Terminal terminal = new Terminal(folder, "passwd htpasswd ana")) {
            terminal.answer("New password for ana: ", "pässwörd 1");
            terminal.answer("The same again: ", "pässwörd 1");
            assertThat(terminal.exitStatus()).isZero();
            assertThat(terminal.shown())
                    .contains("\"ana\" was added to htpasswd")
                    .doesNotContain("pässwörd");
        }
        assertThat(Files.readString(folder.resolve("htpasswd"))).startsWith("ana:$2y$12$");
        for (String password : new String[] {"pässwörd 1", "pässwörd 2"}) {
            try (Terminal terminal = new Terminal(folder, "passwd htpasswd ana --verify")) {
                terminal.answer("Password of ana: ", password);
                assertThat(terminal.exitStatus()).isEqualTo(password.endsWith("1") ? 0 : 1);
                assertThat(terminal.shown()).doesNotContain("pässwörd");
            }
        }
    }

    @Test
    void aSlipChangesNothing() throws Exception {
        try (Terminal terminal = new Terminal(folder, "passwd htpasswd ana")) {
            terminal.answer("New password for ana: ", "hunter2");
            terminal.answer("The same again: ", "hunter3");
            assertThat(terminal.exitStatus()).isEqualTo(1);
            assertThat(terminal.shown())
                    .contains("these are two different passwords; nothing was changed")
                    .doesNotContain("hunter");
        }
        assertThat(folder.resolve("htpasswd")).doesNotExist();
    }

    /** The jar with a terminal of its own. */
    private static final class Terminal implements AutoCloseable {

        private final Process script;
        private final Path shown;

        Terminal(Path folder, String arguments) throws IOException {
            Path java = Path.of(System.getProperty("java.home"), "bin", "java");
            String jar =
                    Path.of(System.getProperty("ipgate.jar")).toAbsolutePath().toString();
            shown = Files.createTempFile(folder, "shown", ".txt");
            ProcessBuilder builder = new ProcessBuilder(
                            Programs.require("script").toString(),
                            "-qefc",
                            "exec '" + java + "' -jar '" + jar + "' " + arguments,
                            "/dev/null")
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .redirectOutput(shown.toFile());
            builder.environment().put("LC_ALL", "C.UTF-8");
            script = builder.start();
        }

        /** Waits for a question, at which nothing is echoed any more, and types. */
        void answer(String question, String line) throws IOException {
            Eventually.holds("it asks \"" + question + "\"", () -> shown().contains(question) || !script.isAlive());
            script.getOutputStream().write((line + "\n").getBytes(UTF_8));
            script.getOutputStream().flush();
        }

        String shown() throws IOException {
            return Files.readString(shown);
        }

        int exitStatus() throws InterruptedException {
            return script.waitFor();
        }

        @Override
        public void close() {
            script.destroyForcibly();
        }
    }
}
