package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The reference of the conf file names every key that the reader knows. */
class ConfigurationPageTest {

    @ParameterizedTest
    @EnumSource(Keys.class)
    void explainsEveryKey(Keys keys) throws IOException {
        String page = Files.readString(Path.of("src/site/markdown/configuration.md"));
        String heading = keys == Keys.TOP ? "## The whole file" : "## " + keys.section();
        int from = page.indexOf("\n" + heading + "\n");

        assertThat(from).as(heading).isNotNegative();
        int to = page.indexOf("\n## ", from + 1);
        String section = page.substring(from, to < 0 ? page.length() : to);
        for (String key : keys.names()) {
            assertThat(section).as(heading).contains("| `" + key + "` |");
        }
    }
}
