package dev.ipgate.config;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** One conf file for each mistake, {@code config/KIND/NAME.yaml}; what the operator is told stands in {@code NAME.txt}. */
class ConfigMistakesTest {

    private static final Path FIXTURES = Path.of("src/test/resources/config");

    @TestFactory
    Stream<DynamicTest> saysWhatIsWrong() throws IOException {
        return fixtures().stream()
                .map(file -> DynamicTest.dynamicTest(
                        FIXTURES.relativize(file).toString(),
                        () -> assertThat(report(file)).isEqualTo(Files.readString(expected(file)))));
    }

    @Test
    void everyMistakeHasItsTextAndEveryTextItsMistake() throws IOException {
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            List<Path> texts = files.filter(file -> file.toString().endsWith(".txt"))
                    .sorted()
                    .toList();

            assertThat(texts)
                    .isEqualTo(fixtures().stream()
                            .map(ConfigMistakesTest::expected)
                            .sorted()
                            .toList())
                    .hasSizeGreaterThan(70);
        }
    }

    private static List<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.walk(FIXTURES)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .sorted()
                    .toList();
        }
    }

    private static Path expected(Path file) {
        return file.resolveSibling(file.getFileName().toString().replace(".yaml", ".txt"));
    }

    /** The problems as the operator sees them, the folder of the fixture left out. */
    static String report(Path file) {
        Problems problems = new Problems();
        ConfigReader.read(file, problems);
        String folder = file.getParent() + "/";
        return problems.all().stream()
                .map(Problem::withExcerpt)
                .collect(joining("\n", "", "\n"))
                .replace(folder, "");
    }
}
