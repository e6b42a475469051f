package dev.ipgate.nginx;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NginxRulesTest {

    private static final String HOST_BITS = "allow 192.0.2.1/24;\n";

    @TempDir
    private Path folder;

    private final Problems problems = new Problems();

    private List<NginxRules.Line> read(String text) throws IOException {
        return NginxRules.read(Files.writeString(folder.resolve("allow.conf"), text), problems);
    }

    /** A denial that is left out without a word would let somebody in. */
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 19, 20, 21, 22, 23, 1000})
    void aMistakeIsAnErrorHoweverManyWarningsComeBefore(int warnings) throws IOException {
        read(HOST_BITS.repeat(warnings) + "deny 203.0.113.7x;\nallow all;\n");

        assertThat(problems.hasErrors()).isTrue();
        assertThat(problems.all()).hasSize(Math.min(warnings + 1, 21));
    }

    @Test
    void theFirstTwentyProblemsAreShownAndTheOthersCounted() throws IOException {
        read(HOST_BITS.repeat(30) + "deny all;\n");

        assertThat(problems.hasErrors()).isFalse();
        assertThat(problems.all()).hasSize(21);
        assertThat(problems.all()).extracting(Problem::message).contains("… and 10 more");
    }
}
