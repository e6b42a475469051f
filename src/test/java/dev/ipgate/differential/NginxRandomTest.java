package dev.ipgate.differential;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small confs drawn at random mean to the gate what they mean to nginx. More of them, or others:
 * {@code -Dipgate.nginx.random=2000 -Dipgate.nginx.seed=1}.
 */
class NginxRandomTest {

    private static final int CONFS = Integer.getInteger("ipgate.nginx.random", 100);
    private static final long SEED = Long.getLong("ipgate.nginx.seed", 20261125);
    private static final int MOST_SHOWN = 5;

    @TempDir
    private Path folder;

    @Test
    void anyConfMeansTheSame(TestReporter reporter) throws IOException {
        Differences differences = Differences.read(Trial.RESOURCES.resolve("differences.txt"));
        List<String> wrong = new ArrayList<>();
        int asked = 0;
        try (Trial trial = Trial.in(folder)) {
            for (long seed = SEED; seed < SEED + CONFS && wrong.size() < MOST_SHOWN; seed++) {
                RandomConf conf = new RandomConf(seed);
                List<Outcome> nginx = trial.nginx(conf.text(), conf.questions());
                List<Outcome> gate = trial.gate(conf.text(), conf.questions());
                List<String> wrongHere = new ArrayList<>();
                for (int i = 0; i < conf.questions().size(); i++) {
                    Question question = conf.questions().get(i);
                    List<String> between = differences.between(question, nginx.get(i), gate.get(i), key(nginx.get(i)));
                    if (!between.isEmpty()) {
                        wrongHere.add(question + "\n  " + String.join("\n  ", between));
                    }
                    asked++;
                }
                if (!wrongHere.isEmpty()) {
                    wrong.add("seed " + seed + "\n" + conf.text() + String.join("\n", wrongHere));
                }
            }
        }
        reporter.publishEntry("from seed " + SEED, asked + " questions about " + CONFS + " confs");
        assertThat(wrong).isEmpty();
    }

    /** Of the known differences, but for those of headers, these confs can show one. */
    private static @Nullable String key(Outcome nginx) {
        return nginx.status() == 301 ? "slash" : null;
    }
}
