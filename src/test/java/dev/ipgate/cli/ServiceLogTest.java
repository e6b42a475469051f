package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.server.LineWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service's standard error, as journald wants it and as a terminal does. */
class ServiceLogTest {

    @TempDir
    private Path folder;

    private String written(boolean levels, String text) throws IOException {
        Path file = folder.resolve("err");
        try (LineWriter writer = LineWriter.toFile(file);
                PrintStream out = new PrintStream(new ServiceLog.Lines(writer, levels), true, UTF_8)) {
            out.print(text);
        }
        return Files.readString(file);
    }

    @Test
    void eachLineHasItsLevelForTheJournal() throws IOException {
        assertThat(written(true, """
                INFO reloaded: +1 rule
                WARN ipgate.yaml:3: rules[0]: "é"
                ERROR it failed
                java.lang.IllegalStateException: with a trace
                \tat dev.ipgate.Somewhere
                said by nobody we know
                """)).isEqualTo("""
                <6>INFO reloaded: +1 rule
                <4>WARN ipgate.yaml:3: rules[0]: "é"
                <3>ERROR it failed
                <3>java.lang.IllegalStateException: with a trace
                <3>\tat dev.ipgate.Somewhere
                <3>said by nobody we know
                """);
    }

    @Test
    void elsewhereLinesAreAsTheyAre() throws IOException {
        assertThat(written(false, "INFO a\nb\n")).isEqualTo("INFO a\nb\n");
    }
}
