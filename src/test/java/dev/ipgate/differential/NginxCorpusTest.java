package dev.ipgate.differential;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every conf of {@code src/test/resources/nginx}, a few lines each, means to the gate what it means to nginx. Its questions
 * are comments in it, see {@link Question}; what may differ is in {@link Differences}. One alone:
 * {@code -Dipgate.nginx.conf=location-nested}.
 */
class NginxCorpusTest {

    private static final String ONE = System.getProperty("ipgate.nginx.conf", "");

    @TempDir
    private Path folder;

    private static List<Path> confs() throws IOException {
        try (Stream<Path> files = Files.list(Trial.RESOURCES)) {
            return files.filter(file -> file.toString().endsWith(".conf"))
                    .filter(file -> ONE.isEmpty() || file.endsWith(ONE + ".conf"))
                    .sorted()
                    .toList();
        }
    }

    @TestFactory
    Stream<DynamicTest> everyConfMeansTheSame() throws IOException {
        Differences differences = Differences.read(Trial.RESOURCES.resolve("differences.txt"));
        Trial trial = Trial.in(folder);
        List<DynamicTest> tests = new ArrayList<>();
        for (Path conf : confs()) {
            tests.add(DynamicTest.dynamicTest(
                    conf.getFileName().toString(), () -> meansTheSame(trial, conf, differences)));
        }
        if (ONE.isEmpty()) {
            tests.add(DynamicTest.dynamicTest(
                    "every known difference is met",
                    () -> assertThat(differences.unmet()).isEmpty()));
        }
        return tests.stream().onClose(trial::close);
    }

    private static void meansTheSame(Trial trial, Path file, Differences differences) throws IOException {
        String text = Files.readString(file, UTF_8);
        List<Question> questions = Question.in(file.getFileName().toString(), text);
        String conf = text.replaceAll("(?m)^#[?>].*\n?", "");
        List<Outcome> nginx = trial.nginx(conf, questions);
        List<Outcome> gate = trial.gate(conf, questions);
        List<String> wrong = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            Question question = questions.get(i);
            List<String> all = new ArrayList<>(question.unmetBy(nginx.get(i)));
            all.addAll(differences.between(question, nginx.get(i), gate.get(i), question.difference()));
            if (!all.isEmpty()) {
                wrong.add(question.at() + " " + question + "\n    " + String.join("\n    ", all));
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The page for whoever comes from nginx tells of each difference, in the same words. */
    @Test
    void thePageHasTheSameTable() throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/from-nginx.md"), UTF_8);

        assertThat(page)
                .contains(Differences.read(Trial.RESOURCES.resolve("differences.txt"))
                        .forThePage());
    }
}
