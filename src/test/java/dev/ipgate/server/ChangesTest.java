package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChangesTest {

    private static final String BASE = """
            listen: 8080
            upstream: http://127.0.0.1:5050
            client_address: {trusted_proxies: [127.0.0.1]}
            groups: {office: [10.0.0.0/8], ci: {file: ci.txt}}
            limits: {connections: 100}
            access_log: {to: access.log}
            control: control
            rules:
              - allow: office
              - {allow: 192.0.2.1, methods: [GET, PUT], note: Ana}
              - deny: all
            locations:
              - {path: /admin, rules: [{allow: 192.0.2.2}]}
            sites:
              - {hosts: [a.example.com, b.example.com], upstream: "http://127.0.0.1:6060", rules: [{allow: ci}]}
            """;

    @TempDir
    private Path folder;

    private Settings read(String conf) throws IOException {
        Path file = Files.writeString(folder.resolve("ipgate.yaml"), conf);
        Problems problems = new Problems();
        Settings settings = ConfigReader.read(file, problems);
        assertThat(problems.all()).isEmpty();
        return Objects.requireNonNull(settings);
    }

    @ParameterizedTest(name = "{0} becomes {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # what stood there          | what stands there now                            | what is said
            rules:\\n                   | # a comment\\nrules:\\n\\n                       | same settings, list files read again
            rules:\\n                   | rules:\\n  - deny: 10.0.0.1\\n                   | +1 rule
            rules:\\n                   | rules:\\n  - deny: 10.0.0.1\\n  - deny: 10.0.0.2\\n | +2 rules
            '  - allow: office\\n'      | ''                                               | -1 rule
            - allow: office\\n          | - allow: office\\n  - allow: office\\n           | +1 rule
            - allow: office             | - allow: ci                                      | +1 rule, -1 rule
            - allow: office             | - deny: office                                   | +1 rule, -1 rule
            note: Ana                   | note: Bea                                        | +1 rule, -1 rule
            note: Ana                   | note: Ana, until: 2099-01-01                     | +1 rule, -1 rule
            [GET, PUT]                  | [PUT, GET]                                       | same settings, list files read again
            [GET, PUT]                  | [GET]                                            | +1 rule, -1 rule
            - allow: office\\n          | - deny: all\\n  - allow: office\\n               | +1 rule
            [{allow: 192.0.2.2}]        | [{allow: 192.0.2.2}, {deny: 192.0.2.3}]          | +1 rule
            [{allow: ci}]               | [{allow: ci}, {allow: office}]                   | +1 rule
            path: /admin                | path: /root                                      | +1 rule, -1 rule, locations changed
            path: /admin                | match: exact, path: /admin                       | +1 rule, -1 rule, locations changed
            path: /admin                | path: /admin, locations: [{path: /admin/x, rules: [{deny: all}]}] | +1 rule, locations changed
            path: /admin                | path: /admin, locations: [{path: /admin/x, upstream: "http://127.0.0.1:1"}] | locations changed, upstream changed
            , b.example.com             | ''                                               | hosts changed
            [10.0.0.0/8]                | [10.0.0.0/8, 192.0.2.9]                          | groups changed
            ci.txt                      | ci2.txt                                          | groups changed
            ci.txt}                     | ci.txt}, more: [192.0.2.7]                       | groups changed
            [127.0.0.1]                 | [127.0.0.1, "::1"]                               | client_address changed
            [127.0.0.1]                 | [127.0.0.1], recursive: false                    | client_address changed
            http://127.0.0.1:5050       | http://127.0.0.1:5051                            | upstream changed
            http://127.0.0.1:6060       | http://127.0.0.1:6061                            | upstream changed
            path: /admin                | upstream: "http://127.0.0.1:7070", path: /admin  | upstream changed
            connections: 100            | connections: 200                                 | limits changed
            to: access.log              | to: other.log                                    | access_log changed
            to: access.log              | to: access.log, format: json                     | access_log changed
            control: control            | mode: report                                     | mode changed, control changed
            """)
    void saysWhatChanged(String before, String after, String said) throws IOException {
        String from = before.replace("\\n", "\n");
        assertThat(BASE).containsOnlyOnce(from);
        String next = BASE.replace(from, after.replace("\\n", "\n"));

        assertThat(Changes.between(read(BASE), read(next), List.of(), List.of()))
                .isEqualTo(said);
    }

    @Test
    void rulesThatChangePlacesAreSaidToHave() throws IOException {
        String swapped = BASE.replace("  - allow: office\n", "")
                .replace("  - deny: all\n", "  - deny: all\n  - allow: office\n");

        assertThat(Changes.between(read(BASE), read(swapped), List.of(), List.of()))
                .isEqualTo("rules in another order");
    }

    @Test
    void listenersAreNamed() throws IOException {
        Settings same = read(BASE);

        assertThat(Changes.between(same, same, List.of("8081", "[::1]:80"), List.of("8080")))
                .isEqualTo("listening on 8081, listening on [::1]:80, no longer listening on 8080");
    }
}
