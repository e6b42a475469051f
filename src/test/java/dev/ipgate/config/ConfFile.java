package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;

/** Conf files that tests write and read. */
final class ConfFile {

    static final String LISTEN = "listen: 8080\n";
    static final String UPSTREAM = "upstream: \"http://127.0.0.1:5050\"\n";
    static final String RULES = "rules: [{allow: 127.0.0.1}]\n";
    static final String MINIMUM = LISTEN + UPSTREAM + RULES;

    private ConfFile() {}

    /** The settings of a file without any problem. */
    static Settings read(Path folder, String text) throws IOException {
        Problems problems = new Problems();
        Settings settings = ConfigReader.read(write(folder, text), problems);

        assertThat(problems.all()).extracting(Problem::withExcerpt).isEmpty();
        return Objects.requireNonNull(settings);
    }

    /** The default site of a file without any problem. */
    static SiteSettings site(Path folder, String text) throws IOException {
        return Objects.requireNonNull(read(folder, text).defaultSite());
    }

    /** A group that the settings have. */
    static GroupSettings group(Settings settings, String name) {
        return Objects.requireNonNull(settings.groups().get(name), name);
    }

    /** What is wrong with a file. */
    static List<Problem> problems(Path file) {
        Problems problems = new Problems();
        ConfigReader.read(file, problems);
        return problems.all();
    }

    static Path write(Path folder, String text) throws IOException {
        return Files.writeString(folder.resolve("ipgate.yaml"), text);
    }
}
