package dev.ipgate.nginx;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import dev.ipgate.server.Configuration;
import dev.ipgate.testing.OpenSsl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What becomes of {@code nginx-import/NAME.conf} stands in {@code NAME.yaml}, and what is left out of it in {@code NAME.txt}.
 * It includes files of the folder {@code NAME}. Every conf file is loaded as the gate would.
 */
class NginxImportTest {

    private static final Path FIXTURES = Path.of("src/test/resources/nginx-import");
    private static final String INSTALLED = "/etc/nginx/";
    private static final Pattern FILE =
            Pattern.compile("(certificate|private_key|client_ca_file|ca_file|users_file): ([^,}\\s]+)");

    @TempDir
    private static Path root;

    private static Path certificate;
    private static Path key;

    @BeforeAll
    static void makeACertificate() throws IOException {
        new OpenSsl(root).ec("server", "DNS:example.com");
        certificate = root.resolve("server.pem");
        key = root.resolve("server.key");
    }

    @TestFactory
    Stream<DynamicTest> becomesAConfFile() throws IOException {
        return fixtures().stream()
                .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> {
                    NginxImport imported = imported(file);

                    assertThat(imported.yaml()).isEqualTo(Files.readString(sibling(file, ".yaml")));
                    assertThat(told(imported)).isEqualTo(Files.readString(sibling(file, ".txt")));
                }));
    }

    @TestFactory
    Stream<DynamicTest> passesTheCheck() throws IOException {
        return fixtures().stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getFileName().toString(),
                        () -> assertThat(problems(imported(file).yaml(), file)).isEmpty()));
    }

    @Test
    void everyConfHasItsTextsAndEveryTextItsConf() throws IOException {
        List<Path> expected = fixtures().stream()
                .flatMap(file -> Stream.of(sibling(file, ".txt"), sibling(file, ".yaml")))
                .sorted()
                .toList();
        try (Stream<Path> files = Files.list(FIXTURES)) {
            assertThat(files.filter(file -> file.toString().matches(".*\\.(txt|yaml)"))
                            .sorted())
                    .isEqualTo(expected);
        }
    }

    private static List<Path> fixtures() throws IOException {
        try (Stream<Path> files = Files.list(FIXTURES)) {
            return files.filter(file -> file.toString().endsWith(".conf"))
                    .sorted()
                    .toList();
        }
    }

    private static Path sibling(Path file, String ending) {
        return file.resolveSibling(file.getFileName().toString().replace(".conf", ending));
    }

    /** The import of a file as if it were installed. */
    private static NginxImport imported(Path file) {
        NginxConf conf = NginxConf.read(file.toAbsolutePath());
        return NginxImport.of(new NginxConf(
                Path.of(INSTALLED, file.getFileName().toString()),
                Path.of(INSTALLED),
                conf.directives().stream().map(NginxImportTest::installed).toList()));
    }

    private static Directive installed(Directive directive) {
        String here = FIXTURES.toAbsolutePath() + "/";
        List<Directive> block = directive.block();
        Position at = directive.at();
        return new Directive(
                directive.name(),
                directive.arguments(),
                block == null
                        ? null
                        : block.stream().map(NginxImportTest::installed).toList(),
                new Position(at.file().replace(here, INSTALLED), at.line(), at.column()),
                directive.above(),
                directive.beside());
    }

    private static String told(NginxImport imported) {
        return imported.findings().stream()
                .map(finding -> finding.at().fileAndLine().replace(INSTALLED, "") + ": "
                        + finding.kind().name().toLowerCase(Locale.ROOT) + ": " + finding.directive() + ": "
                        + finding.why() + (finding.todo().isEmpty() ? "" : "; " + finding.todo()) + "\n")
                .collect(joining());
    }

    /** What is wrong with a conf file, the files that it names being there. */
    private static List<String> problems(String yaml, Path source) throws IOException {
        Path etc = Files.createDirectories(root.resolve("etc/nginx"));
        String name = source.getFileName().toString().replace(".conf", "");
        copyIncluded(FIXTURES.resolve(name), etc.resolve(name));
        String moved = yaml.replaceAll("(?<=[ \"])/etc/", root + "/etc/");
        for (var found : FILE.matcher(moved).results().toList()) {
            Path file = Path.of(found.group(2));
            Files.createDirectories(file.getParent());
            switch (found.group(1)) {
                case "users_file" -> Files.writeString(file, "ana:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\n");
                case "private_key" -> Files.copy(key, file, StandardCopyOption.REPLACE_EXISTING);
                default -> Files.copy(certificate, file, StandardCopyOption.REPLACE_EXISTING);
            }
        }
        Path conf = Files.writeString(root.resolve("ipgate.yaml"), moved);
        try {
            Configuration.load(conf, Instant.parse("2026-01-01T00:00:00Z"));
            return List.of();
        } catch (ConfigException e) {
            return e.problems().stream()
                    .filter(problem -> problem.severity() == Severity.ERROR)
                    .map(Problem::withExcerpt)
                    .toList();
        }
    }

    private static void copyIncluded(Path from, Path to) throws IOException {
        if (Files.isDirectory(from)) {
            Files.createDirectories(to);
            try (Stream<Path> files = Files.list(from)) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        }
    }
}
