package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is valid and hardly meant, with its position. */
class ConfigurationWarningsTest {

    private static final Instant NOW = Instant.parse("2026-06-01T12:00:00Z");

    @TempDir
    private Path folder;

    private List<String> warnings(String conf) throws IOException {
        Files.writeString(folder.resolve("office.txt"), "10.0.0.0/8\n192.0.2.0/24\n");
        Path file = Files.writeString(
                folder.resolve("ipgate.yaml"),
                "upstream: http://127.0.0.1:5050\n" + conf.replace("\\n", "\n") + "\nlisten: 8080\n");
        return Configuration.load(file, NOW).warnings().stream()
                .map(warning -> warning.toString().replace(folder + "/", ""))
                .toList();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            # the conf file from line 2 on                                                    | the warning
            rules: [{allow: all}]                                                             | 2:9: warning: rules[0]: "allow all" at the top
            rules: [{allow: 10.0.0.1, until: 2026-05-31}, {deny: all}]                        | 2:9: warning: rules[0]: "allow 10.0.0.1" ended at 2026-06-01T00:00:00Z
            rules: [{allow: 10.0.0.1, until: "2026-06-01T12:00Z"}]                            | 2:9: warning: rules[0]: "allow 10.0.0.1" ended
            rules: [{deny: 10.0.0.0/8}, {allow: 10.0.0.1}]                                    | 2:29: warning: rules[1]: "allow 10.0.0.1" can never match: "deny 10.0.0.0/8" at ipgate.yaml:2
            rules: [{deny: all}, {allow: 10.0.0.1}]                                           | 2:22: warning: rules[1]: "allow 10.0.0.1" can never match
            rules: [{allow: 10.0.0.0/8}, {allow: 10.0.0.1}]                                   | 2:30: warning: rules[1]: "allow 10.0.0.1" duplicates "allow 10.0.0.0/8"
            rules: [{allow: 10.0.0.1}, {allow: 10.0.0.1}]                                     | 2:28: warning: rules[1]: "allow 10.0.0.1" duplicates
            rules: [{deny: 10.0.0.1}]\\nlocations: [{path: /a, rules: [{allow: 10.0.0.2}]}]   | 3:32: warning: locations[0].rules[0]: "allow 10.0.0.2" lets in 10.0.0.2
            rules: [{deny: 10.0.0.1}]\\nlocations: [{path: /a, match: regex, rules: [{allow: 10.0.0.2}]}] | 3:46: warning: locations[0].rules[0]: "allow 10.0.0.2" lets in 10.0.0.2
            rules: [{deny: all}]\\nsites: [{hosts: [a.example], upstream: "http://127.0.0.1:1", rules: [{allow: all}]}] | 3:70: warning: sites[0].rules[0]: "allow all" at the top
            client_address: {trusted_proxies: [0.0.0.0/0]}\\nrules: [{deny: all}]             | 2:35: warning: client_address.trusted_proxies: "0.0.0.0/0" trusts everybody
            client_address: {trusted_proxies: [all]}\\nrules: [{deny: all}]                   | 2:35: warning: client_address.trusted_proxies: "all" trusts everybody
            """)
    void oneWarningWithItsPosition(String conf, String expected) throws IOException {
        assertThat(warnings(conf)).singleElement().asString().startsWith("ipgate.yaml:" + expected);
    }

    @ParameterizedTest(name = "trusted {0}, allowed {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # trusted     | rules                                           | the rule that warns, or none
            127.0.0.1     | {allow: 127.0.0.1}                              | rules[0]
            127.0.0.1     | {allow: "::ffff:127.0.0.1"}                     | rules[0]
            127.0.0.1     | {allow: 127.0.0.0/8}                            | rules[0]
            127.0.0.1     | {deny: 10.0.0.1}, {allow: 127.0.0.1}            | rules[1]
            10.0.0.0/8    | {allow: 10.1.2.3}                               | rules[0]
            10.0.0.0/8    | {allow: 9.0.0.0-10.0.0.0}                       | rules[0]
            office        | {allow: 192.0.2.7}                              | rules[0]
            10.0.0.0/8    | {allow: office}                                 | rules[0]
            "::1"         | {allow: "::1"}                                  | rules[0]
            127.0.0.1     | {allow: 127.0.0.1, methods: [GET]}              | rules[0]
            127.0.0.1     | {allow: 127.0.0.1, until: 2026-12-31}           | rules[0]
            127.0.0.1     | {deny: 127.0.0.1}, {allow: 127.0.0.0/8}         |
            10.0.0.0/8    | {allow: 203.0.113.7}, {deny: all}               |
            10.0.0.0/8    | {allow: 9.0.0.0-9.255.255.255}, {allow: 11.0.0.0} |
            "::1"         | {allow: 127.0.0.1}                              |
            127.0.0.1     | {deny: 10.0.0.1}, {allow: all}                  |
            """)
    void aTrustedProxyThatIsItselfAllowed(String trusted, String rules, String rule) throws IOException {
        List<String> warnings = warnings("client_address: {trusted_proxies: [" + trusted
                + "]}\ngroups: {office: {file: office.txt}}\nrules: [" + rules + "]");

        if (rule == null) {
            assertThat(warnings).isEmpty();
        } else {
            assertThat(warnings)
                    .singleElement()
                    .asString()
                    .startsWith("ipgate.yaml:4:")
                    .contains(rule + ": \"allow ", "allows a trusted proxy itself", "trusted_proxies");
        }
    }

    @Test
    void aLocationMayAllowATrustedProxyToo() throws IOException {
        assertThat(warnings("""
                        client_address: {trusted_proxies: [10.0.0.9]}
                        rules: [{allow: 10.0.0.0/30}, {deny: all}]
                        locations: [{path: /a, rules: [{allow: 10.0.0.1}, {allow: 10.0.0.9}]}]"""))
                .anySatisfy(warning -> assertThat(warning)
                        .startsWith("ipgate.yaml:4:51: warning: locations[0].rules[1]: \"allow 10.0.0.9\" allows a"
                                + " trusted proxy itself"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rules: [{allow: 10.0.0.1}, {deny: all}]",
                "rules: [{deny: 10.0.0.1}, {allow: all}]",
                "rules: [{allow: 10.0.0.1, until: 2026-06-01}]",
                "rules: [{allow: 10.0.0.1, methods: [GET]}, {allow: 10.0.0.1}]",
                "rules: [{allow: 10.0.0.1}]\\nlocations: [{path: /health, match: exact, rules: [{allow: all}]}]",
                "rules: [{allow: 10.0.0.1}]\\nlocations: [{path: /pub, note: open to all, rules: [{allow: all}]}]",
                "rules: [{allow: 10.0.0.0/8}]\\nlocations: [{path: /a, rules: [{allow: 10.0.0.1}]}]",
                "client_address: {trusted_proxies: [10.0.0.9]}\\nrules: [{allow: 192.0.2.1}]\\n"
                        + "locations: [{path: /health, match: exact, rules: [{allow: all}]}]",
                "client_address: {trusted_proxies: [10.0.0.9]}\\nrules: [{allow: 192.0.2.1}]\\n"
                        + "locations: [{path: /probe, match: exact, rules: [{allow: 10.0.0.9}]}]"
            })
    void whatIsMeantIsNotWarnedAbout(String conf) throws IOException {
        assertThat(warnings(conf)).isEmpty();
    }

    @Test
    void aLocationMeantToBeOpenIsStillToldAboutTheRulesBelow() throws IOException {
        assertThat(warnings("""
                        rules: [{allow: 10.0.0.1}]
                        locations: [{path: /health, match: exact, rules: [{allow: all}, {deny: 10.0.0.2}]}]"""))
                .singleElement()
                .asString()
                .startsWith("ipgate.yaml:3:65: warning: locations[0].rules[1]: \"deny 10.0.0.2\" can never match");
    }

    @Test
    void severalWarningsAreInTheOrderOfTheFile() throws IOException {
        assertThat(warnings("""
                        rules:
                          - allow: 10.0.0.0/8
                          - allow: 10.0.0.1
                          - {allow: 192.0.2.1, until: 2020-01-01}
                          - deny: all
                          - deny: 198.51.100.1"""))
                .satisfiesExactly(
                        first -> assertThat(first)
                                .startsWith("ipgate.yaml:4:5: warning: rules[1]: ")
                                .contains("duplicates"),
                        second -> assertThat(second)
                                .startsWith("ipgate.yaml:5:5: warning: rules[2]: ")
                                .contains("ended"),
                        third -> assertThat(third)
                                .startsWith("ipgate.yaml:7:5: warning: rules[4]: ")
                                .contains("never match"));
    }
}
