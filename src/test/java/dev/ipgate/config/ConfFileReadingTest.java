package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that cannot be read at all, that are only partly good, and that nobody would write. */
class ConfFileReadingTest {

    @TempDir
    Path folder;

    @Test
    void saysThatThereIsNoFile() {
        Path file = folder.resolve("none.yaml");

        assertThat(ConfFile.problems(file)).hasToString("[" + file + ": there is no such file]");
    }

    @Test
    void saysThatAFolderIsNoFile() {
        assertThat(ConfFile.problems(folder)).hasToString("[" + folder + ": is a directory, not a file]");
    }

    @Test
    void readsNoMoreThanOneMebibyte() throws IOException {
        String filler = "#".repeat((1 << 20) - ConfFile.MINIMUM.length());

        ConfFile.read(folder, ConfFile.MINIMUM + filler);

        assertThat(ConfFile.problems(ConfFile.write(folder, ConfFile.MINIMUM + filler + "#")))
                .singleElement()
                .satisfies(problem -> assertThat(problem.message()).startsWith("is larger than 1 MiB"));
    }

    @Test
    void givesWhatIsGoodBesideWhatIsBad() throws IOException {
        Problems problems = new Problems();
        Path file = ConfFile.write(folder, """
                listen: [8080, nowhere]
                groups: {good: [10.0.0.1, 10.0.0.1/8], file: {file: list.txt}}
                rules: [{allow: good}, {permit: all}]
                upstream: "ftp://127.0.0.1"
                mode: maybe
                """);

        Settings settings = Objects.requireNonNull(ConfigReader.read(file, problems));

        assertThat(problems.all()).hasSize(5).allMatch(problem -> problem.severity() == Problem.Severity.ERROR);
        assertThat(settings.listen()).extracting(ListenSettings::text).containsExactly("8080");
        assertThat(ConfFile.group(settings, "good").members()).hasToString("[10.0.0.1]");
        assertThat(ConfFile.group(settings, "file").source())
                .isEqualTo(new GroupSource.ListFile(folder.resolve("list.txt")));
    }

    @Test
    void leavesNoCircleBetweenGroups() throws IOException {
        Problems problems = new Problems();
        Path file = ConfFile.write(folder, ConfFile.MINIMUM + "groups: {a: [b, 10.0.0.1], b: [c], c: [a, b, c]}\n");

        Settings settings = Objects.requireNonNull(ConfigReader.read(file, problems));

        assertThat(problems.hasErrors()).isTrue();
        assertThat(ConfFile.group(settings, "c").members()).isEmpty();
        assertThat(ConfFile.group(settings, "a").members()).hasToString("[b, 10.0.0.1]");
    }

    @Test
    void groupsAreWalkedInReasonableTimeAndDepth() throws IOException {
        StringBuilder doubling = new StringBuilder("groups:\n  g20: [10.0.0.1]\n");
        StringBuilder chain = new StringBuilder("groups:\n  g40000: [10.0.0.1]\n");
        for (int i = 19; i > 0; i--) {
            doubling.append("  g" + i + ": [g" + (i + 1) + ", g" + (i + 1) + "]\n");
        }
        for (int i = 39_999; i > 0; i--) {
            chain.append("  g" + i + ": [g" + (i + 1) + "]\n");
        }

        Settings settings = ConfFile.read(folder, ConfFile.MINIMUM + doubling);

        assertThat(ConfFile.group(settings, "g1").members()).hasSize(2);
        assertThat(ConfFile.problems(ConfFile.write(folder, ConfFile.MINIMUM + chain)))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem.message()).endsWith("more than 20 deep"));
    }

    @Test
    void aFileFullOfMissingQuotesIsGivenUp() throws IOException {
        Path file = ConfFile.write(folder, ConfFile.MINIMUM + "hosts:\n" + "  - *.example.com\n".repeat(20_000));

        assertThat(ConfFile.problems(file)).hasSize(51);
    }

    /** Whatever is done to a file, it is read or its problems are reported, and nothing is thrown. */
    @Test
    void neverThrows() throws IOException {
        long seed = 20261123;
        Random random = new Random(seed);
        String good = Files.readString(Path.of("conf/ipgate.yaml"))
                + Files.readString(Path.of("src/test/resources/config/top/everything-at-once.yaml"));
        String[] pieces = {
            ":", "-", "[", "]", "{", "}", "\"", "'", "*", "&a", "!x", "\t", "\n", "  ", ",", "::1", "<<", "?", "|", ">",
            "%", "#", "\u0000", "é", "0", "~", "---\n", "...", "allow", "rules", "null"
        };
        for (int i = 0; i < 1000; i++) {
            StringBuilder text = new StringBuilder(good);
            for (int edit = random.nextInt(4); edit >= 0; edit--) {
                int at = random.nextInt(text.length());
                if (random.nextBoolean()) {
                    text.insert(at, pieces[random.nextInt(pieces.length)]);
                } else {
                    text.delete(at, Math.min(text.length() - 1, at + random.nextInt(30)));
                }
            }
            Problems problems = new Problems();
            Settings settings = ConfigReader.read(ConfFile.write(folder, text.toString()), problems);

            String round = "seed " + seed + ", round " + i + ":\n" + text;
            assertThat(settings != null || problems.hasErrors()).as(round).isTrue();
            assertThat(problems.all())
                    .as(round)
                    .allSatisfy(problem -> assertThat(problem.withExcerpt()).isNotBlank());
        }
    }
}
