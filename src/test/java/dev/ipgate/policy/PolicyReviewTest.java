package dev.ipgate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import dev.ipgate.net.Samples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PolicyReviewTest {

    private static final long SEED = 5;
    private static final long NOW = 1_000;

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
            # rules                                                        | findings, by line
            ''                                                             | ''
            allow 10.0.0.0/8; deny all                                     | ''
            deny 10.1.0.0/16; allow 10.0.0.0/8; deny all                   | ''
            allow 10.0.0.1; allow 10.0.0.0/8                               | ''

            # covered by one
            deny 10.0.0.0/8; allow 10.1.0.0/16                             | 2: "allow 10.1.0.0/16" can never match: "deny 10.0.0.0/8" at ipgate.yaml:1 covers it
            allow 10.0.0.0/8; deny 10.1.0.0/16                             | 2: "deny 10.1.0.0/16" can never match: "allow 10.0.0.0/8" at ipgate.yaml:1 covers it
            deny all; deny 10.0.0.0/8                                      | 2: "deny 10.0.0.0/8" can never match: "deny all" at ipgate.yaml:1 covers it
            deny all; allow ::1                                            | 2: "allow ::1" can never match: "deny all" at ipgate.yaml:1 covers it
            allow 0.0.0.0/0; allow ::1                                     | ''

            # an allow again
            allow 10.0.0.0/8; allow 10.1.0.0/16                            | 2: "allow 10.1.0.0/16" duplicates "allow 10.0.0.0/8" at ipgate.yaml:1
            allow 10.0.0.1; deny ::1; allow 10.0.0.1                       | 3: "allow 10.0.0.1" duplicates "allow 10.0.0.1" at ipgate.yaml:1
            allow 10.0.0.1; allow ::ffff:10.0.0.1                          | 2: "allow ::ffff:10.0.0.1" duplicates "allow 10.0.0.1" at ipgate.yaml:1
            allow 10.0.0.0; allow 10.0.0.0/8; allow 10.0.0.0/16            | 3: "allow 10.0.0.0/16" duplicates "allow 10.0.0.0/8" at ipgate.yaml:2

            # covered by several
            allow 10.0.0.0/9; allow 10.128.0.0/9; allow 10.0.0.0/8         | 3: "allow 10.0.0.0/8" can never match: the rules above cover it together
            deny 0.0.0.0/0; deny ::/0; allow all                           | 3: "allow all" can never match: the rules above cover it together

            # everybody
            allow all                                                      | 1: "allow all" at the top lets everybody in
            allow 0.0.0.0/0+::/0; deny all                                 | 1: "allow 0.0.0.0/0+::/0" at the top lets everybody in/2: "deny all" can never match: "allow 0.0.0.0/0+::/0" at ipgate.yaml:1 covers it
            allow all GET,PUT; deny all                                    | 1: "allow all" at the top lets everybody in for GET, PUT
            deny 1.2.3.4; allow all                                        | ''
            deny all                                                       | ''

            # methods
            allow 10.0.0.0/8 GET; allow 10.0.0.0/8                         | ''
            allow 10.0.0.0/8; allow 10.0.0.0/8 GET                         | 2: "allow 10.0.0.0/8" duplicates "allow 10.0.0.0/8" at ipgate.yaml:1
            allow 10.0.0.0/8 GET; allow 10.1.0.0/16 HEAD                   | 2: "allow 10.1.0.0/16" duplicates "allow 10.0.0.0/8" at ipgate.yaml:1
            allow 10.0.0.0/8 HEAD; allow 10.0.0.0/8 GET                    | ''
            deny 10.0.0.0/8 GET; allow 10.0.0.0/8 POST                     | ''
            deny 10.0.0.0/8 GET; deny 10.0.0.0/8 POST; allow ::1; allow 10.0.0.1 GET,POST | 4: "allow 10.0.0.1" can never match: the rules above cover it together

            # access
            allow 10.0.0.0/8 read; allow 10.0.0.0/8                        | ''
            allow 10.0.0.0/8; allow 10.0.0.0/8 read                        | 2: "allow 10.0.0.0/8" duplicates "allow 10.0.0.0/8" at ipgate.yaml:1
            allow 10.0.0.0/8 write; deny 10.0.0.1 read                     | 2: "deny 10.0.0.1" can never match: "allow 10.0.0.0/8" at ipgate.yaml:1 covers it
            deny 10.0.0.1 write; allow 10.0.0.1 read                       | ''
            deny 10.0.0.1 write; allow 10.0.0.1 read; allow 10.0.0.1       | 3: "allow 10.0.0.1" can never match: the rules above cover it together
            allow all read; deny all                                       | 1: "allow all" at the top lets everybody in, to look
            allow all read GET; deny all                                   | 1: "allow all" at the top lets everybody in for GET, to look

            # ends
            allow 10.0.0.1 until=1000                                      | 1: "allow 10.0.0.1" ended at 1970-01-01T00:16:40Z; remove it or give it a later end
            allow 10.0.0.1 until=1001                                      | ''
            allow all until=999; allow 10.0.0.1                            | 1: "allow all" ended at 1970-01-01T00:16:39Z; remove it or give it a later end
            allow 10.0.0.0/8 until=2000; allow 10.0.0.1                    | ''
            allow 10.0.0.0/8 until=2000; allow 10.0.0.1 until=2001         | ''
            allow 10.0.0.0/8 until=2000; allow 10.0.0.1 until=2000         | 2: "allow 10.0.0.1" duplicates "allow 10.0.0.0/8" at ipgate.yaml:1
            allow 10.0.0.0/8 until=2000; deny 10.0.0.1 until=1500          | 2: "deny 10.0.0.1" can never match: "allow 10.0.0.0/8" at ipgate.yaml:1 covers it
            allow 10.0.0.0/9 until=2000; allow 10.128.0.0/9 until=2000; allow 10.0.0.0/8 until=1500; allow 10.0.0.0/8 | 3: "allow 10.0.0.0/8" can never match: the rules above cover it together

            # on trial: covers nothing that is in force
            deny 10.0.0.0/8 report; allow 10.0.0.0/8                       | ''
            deny all report; allow 10.0.0.0/8; deny 10.0.0.1               | 3: "deny 10.0.0.1" can never match: "allow 10.0.0.0/8" at ipgate.yaml:2 covers it
            deny all report; deny 10.0.0.0/8; allow all                    | ''
            deny 10.0.0.0/8 report; deny 10.0.0.1 report; allow all        | 2: "deny 10.0.0.1" can never match: "deny 10.0.0.0/8" at ipgate.yaml:1 covers it/3: "allow all" at the top lets everybody in
            deny 10.0.0.1; deny 10.0.0.1 report; allow all                 | 2: "deny 10.0.0.1" can never match: "deny 10.0.0.1" at ipgate.yaml:1 covers it
            deny 10.0.0.1 report; allow ::1; deny all                      | 1: "deny 10.0.0.1" would change nothing: whomever it names is decided about the same way without it
            deny 10.0.0.1 report; allow all; deny ::1                      | 2: "allow all" at the top lets everybody in/3: "deny ::1" can never match: "allow all" at ipgate.yaml:2 covers it

            # groups may fill later
            allow nobody; deny nobody                                      | ''
            """)
    void tellsWhatItsAuthorHardlyMeant(String rules, String findings) {
        List<PolicyReview.Finding> found = PolicyReview.of(Rules.parse(rules), NOW);

        assertThat(found.stream()
                        .map(finding -> finding.rule().origin().line() + ": " + finding.message())
                        .collect(Collectors.joining("/")))
                .isEqualTo(findings);
    }

    @ParameterizedTest(name = "{0} replaced by {1}: {2}")
    @CsvSource(delimiter = '|', textBlock = """
            # the list above                   | the location's own               | finding
            allow 10.0.0.0/8                   | allow 10.0.0.0/8                 | ''
            allow 10.0.0.0/8                   | allow 10.1.0.0/16; deny all      | ''
            allow 10.0.0.0/8                   | deny all                         | ''
            allow all                          | allow all                        | ''
            allow 10.0.0.0/8                   | allow all                        | "allow all" lets in 0.0.0.0, which the list that this one replaces denies
            allow 0.0.0.0/0                    | allow all                        | "allow all" lets in ::, which the list that this one replaces denies
            allow 10.0.0.0/8                   | allow 10.0.0.1; allow 8.0.0.0/7  | "allow 8.0.0.0/7" lets in 8.0.0.0, which the list that this one replaces denies
            deny 10.1.0.0/16; allow 10.0.0.0/8 | allow 10.0.0.0/8                 | "allow 10.0.0.0/8" lets in 10.1.0.0, which the list that this one replaces denies
            allow 10.0.0.0/9; allow 10.128.0.0/9 | allow 10.0.0.0/8               | ''
            # methods
            allow 10.0.0.0/8 GET               | allow 10.0.0.0/8 GET             | ''
            allow 10.0.0.0/8 GET               | allow 10.0.0.0/8 HEAD            | ''
            allow 10.0.0.0/8 HEAD              | allow 10.0.0.0/8 GET             | "allow 10.0.0.0/8" lets in 10.0.0.0 for GET, which the list that this one replaces denies
            allow 10.0.0.0/8 GET               | allow 10.0.0.0/8                 | "allow 10.0.0.0/8" lets in 10.0.0.0, which the list that this one replaces denies
            deny all PUT; allow 10.0.0.0/8     | allow 10.0.0.0/8                 | "allow 10.0.0.0/8" lets in 10.0.0.0 for PUT, which the list that this one replaces denies
            allow 10.0.0.0/8                   | allow 10.0.0.0/8 GET             | ''
            # access
            allow all read                     | allow all read                   | ''
            allow all                          | allow all read                   | ''
            allow all write                    | allow all                        | ''
            allow all read                     | allow 10.0.0.0/8                 | "allow 10.0.0.0/8" lets in 10.0.0.0, to change something, which the list that this one replaces denies
            allow all read                     | allow 10.0.0.0/8 PUT             | "allow 10.0.0.0/8" lets in 10.0.0.0 for PUT, to change something, which the list that this one replaces denies
            allow 10.1.0.0/16                  | allow 10.0.0.0/8 read            | "allow 10.0.0.0/8" lets in 10.0.0.0, which the list that this one replaces denies
            # rules on trial deny nobody
            deny all report; allow 10.0.0.0/8  | allow 10.0.0.0/8                 | ''
            allow 10.0.0.0/8                   | deny all report; allow all       | "allow all" lets in 0.0.0.0, which the list that this one replaces denies
            # ends
            allow 10.0.0.0/8                   | allow all until=1000             | ''
            allow all until=1000               | allow 10.0.0.0/8                 | "allow 10.0.0.0/8" lets in 10.0.0.0, which the list that this one replaces denies
            deny all until=1000; allow all     | allow all                        | ''
            """)
    void tellsWhetherALocationIsWiderThanWhatItReplaces(String parent, String own, String message) {
        assertThat(PolicyReview.widerThan(Rules.parse(parent), Rules.parse(own), NOW)
                        .map(PolicyReview.Finding::message)
                        .orElse(""))
                .isEqualTo(message);
    }

    @Test
    void aRuleIsReportedExactlyIfNoRequestEverMeetsIt() {
        Random random = new Random(SEED);
        for (int round = 0; round < 2_000; round++) {
            List<IpRange> written = new ArrayList<>();
            List<Rule> rules = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                List<IpRange> ranges = Samples.ranges(random, 3);
                written.addAll(ranges);
                Set<String> methods = random.nextInt(3) > 0 ? Set.of() : Set.of(random.nextBoolean() ? "GET" : "PUT");
                Access access = random.nextInt(3) > 0 ? null : Access.WRITE;
                Instant until = random.nextInt(3) > 0 ? null : Instant.ofEpochSecond(NOW + 1 + random.nextInt(2));
                rules.add(Rules.rule(
                        Action.DENY, ranges.toString(), AddressSet.of(ranges), methods, access, until, false, i + 1));
            }
            AccessPolicy policy = AccessPolicy.compile(rules);
            List<Rule> met = new ArrayList<>();
            for (IpAddress client : Samples.around(written)) {
                for (String method : List.of("GET", "HEAD", "PUT", "BREW")) {
                    for (long now = NOW; now < NOW + 3; now++) {
                        met.add(policy.decide(method, Access.READ, client, now).rule());
                        met.add(policy.decide(method, Access.WRITE, client, now).rule());
                    }
                }
            }
            List<Rule> reported = PolicyReview.of(rules, NOW).stream()
                    .map(PolicyReview.Finding::rule)
                    .toList();
            for (Rule rule : rules) {
                assertThat(reported.contains(rule))
                        .as("%s of %s, seed %d", rule, rules, SEED)
                        .isEqualTo(!rule.addresses().isEmpty() && !met.contains(rule));
            }
        }
    }
}
