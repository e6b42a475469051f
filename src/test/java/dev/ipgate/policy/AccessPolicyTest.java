package dev.ipgate.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.IpRange;
import dev.ipgate.net.Samples;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AccessPolicyTest {

    private static final long SEED = 9110;
    private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "get", "BREW", "");

    @ParameterizedTest(name = "{0} is {1}: {2}")
    @CsvSource(textBlock = """
            # client,          action, because
            9.255.255.255,     DENY,   no rule matched
            10.0.0.0,          ALLOW,  allow 10.0.0.0/8
            10.0.255.255,      ALLOW,  allow 10.0.0.0/8
            10.1.0.0,          DENY,   deny 10.1.0.0/16
            10.1.2.2,          DENY,   deny 10.1.0.0/16
            10.1.2.3,          ALLOW,  allow 10.1.2.3
            10.1.2.4,          DENY,   deny 10.1.0.0/16
            10.1.255.255,      DENY,   deny 10.1.0.0/16
            10.2.0.0,          ALLOW,  allow 10.0.0.0/8
            10.255.255.255,    ALLOW,  allow 10.0.0.0/8
            11.0.0.0,          DENY,   no rule matched
            ::ffff:10.1.0.0,   DENY,   deny 10.1.0.0/16
            ::ffff:10.2.0.0,   ALLOW,  allow 10.0.0.0/8
            ::ffff:11.0.0.0,   DENY,   no rule matched
            ::10.2.0.0,        DENY,   no rule matched
            a02::,             DENY,   no rule matched
            2001:db8::,        ALLOW,  allow 2001:db8::/32
            2001:db8:0:ffff:ffff:ffff:ffff:ffff, ALLOW, allow 2001:db8::/32
            2001:db8:1::,      DENY,   deny 2001:db8:1::/48
            2001:db8:1:ffff:ffff:ffff:ffff:ffff, DENY, deny 2001:db8:1::/48
            2001:db8:2::,      ALLOW,  allow 2001:db8::/32
            2001:db8:ffff:ffff:ffff:ffff:ffff:ffff, ALLOW, allow 2001:db8::/32
            2001:db9::,        DENY,   no rule matched
            2001:db7:ffff:ffff:ffff:ffff:ffff:ffff, DENY, no rule matched
            0.0.0.0,           DENY,   no rule matched
            255.255.255.255,   DENY,   no rule matched
            ::,                DENY,   no rule matched
            """)
    void firstMatchingRuleWins(String client, Action action, String because) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("""
                allow 10.1.2.3; deny 10.1.0.0/16; allow 10.0.0.0/8; deny 10.2.0.0/16;
                deny 2001:db8:1::/48; allow 2001:db8::/32"""));

        Decision decision = policy.decide("GET", Access.WRITE, IpAddress.parse(client), 0);

        assertThat(decision.action()).isEqualTo(action);
        assertThat(decision.reason()).contains(because);
    }

    @ParameterizedTest(name = "{0}: {1} is {2}")
    @CsvSource(textBlock = """
            # rules,                              client,            action
            '',                                   1.2.3.4,           DENY
            '',                                   ::1,               DENY
            allow nobody,                         1.2.3.4,           DENY
            allow all,                            0.0.0.0,           ALLOW
            allow all,                            255.255.255.255,   ALLOW
            allow all,                            ::,                ALLOW
            allow all,                            ::1:0:0:0,         ALLOW
            allow all,                            ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff, ALLOW
            allow 0.0.0.0/0,                      ::1,               DENY
            allow ::/0,                           1.2.3.4,           DENY
            allow ::/0,                           ::ffff:1.2.3.4,    DENY
            allow 0.0.0.0/0,                      ::ffff:1.2.3.4,    ALLOW
            deny 1.2.3.4; allow all,              1.2.3.4,           DENY
            deny 1.2.3.4; allow all,              1.2.3.5,           ALLOW
            deny 1.2.3.4; allow all,              ::1.2.3.4,         ALLOW
            allow all; deny 1.2.3.4,              1.2.3.4,           ALLOW
            deny all; allow 1.2.3.4,              1.2.3.4,           DENY
            allow nobody; deny all,               1.2.3.4,           DENY
            """)
    void everyAddressOfBothFamiliesIsDecided(String rules, String client, Action action) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse(rules));

        assertThat(policy.decide("GET", Access.WRITE, IpAddress.parse(client), 0)
                        .action())
                .isEqualTo(action);
    }

    @ParameterizedTest(name = "{0} by {1} is {2}")
    @CsvSource(textBlock = """
            # client, method, because
            1.1.1.1,  GET,    allow 1.1.1.1
            1.1.1.1,  HEAD,   allow 1.1.1.1
            1.1.1.1,  POST,   deny all
            1.1.1.1,  get,    deny all
            1.1.1.1,  BREW,   deny all
            2.2.2.2,  HEAD,   allow 2.2.2.2
            2.2.2.2,  GET,    deny all
            3.3.3.3,  PUT,    deny 3.3.3.3
            3.3.3.3,  POST,   deny 3.3.3.3
            3.3.3.3,  GET,    allow 3.3.3.0/24
            3.3.3.3,  PATCH,  allow 3.3.3.0/24
            3.3.3.4,  PUT,    allow 3.3.3.0/24
            """)
    void aRuleHoldsForItsMethodsOnly(String client, String method, String because) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("""
                allow 1.1.1.1 GET; allow 2.2.2.2 HEAD; deny 3.3.3.3 PUT,POST; allow 3.3.3.0/24; deny all"""));

        assertThat(policy.decide(method, Access.WRITE, IpAddress.parse(client), 0)
                        .reason())
                .contains(because);
    }

    @ParameterizedTest(name = "{0} to {1}: {2}")
    @CsvSource(textBlock = """
            # client, access, because
            1.1.1.1,  READ,   allow 1.1.1.1
            1.1.1.1,  WRITE,  deny all
            # who may write may read
            2.2.2.2,  READ,   allow 2.2.2.2
            2.2.2.2,  WRITE,  allow 2.2.2.2
            # who may not write may read, if a later rule says so
            3.3.3.3,  READ,   allow 3.3.3.0/24
            3.3.3.3,  WRITE,  deny 3.3.3.3
            # who may not read may not write
            4.4.4.4,  READ,   deny 4.4.4.4
            4.4.4.4,  WRITE,  deny 4.4.4.4
            # methods and access both have to hold
            5.5.5.5,  READ,   deny all
            """)
    void aRuleHoldsForItsAccessOnly(String client, Access access, String because) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("""
                allow 1.1.1.1 read; allow 2.2.2.2 write; deny 3.3.3.3 write; allow 3.3.3.0/24;
                deny 4.4.4.4 read; allow 4.4.4.0/24; allow 5.5.5.5 POST read; deny all"""));

        assertThat(policy.decide("GET", access, IpAddress.parse(client), 0).reason())
                .contains(because);
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            # rules,                            whether what a request does matters
            '',                                 false
            allow all,                          false
            allow 1.1.1.1 write; deny all read, false
            allow 1.1.1.1 read,                 true
            deny 1.1.1.1 write; allow all,      true
            """)
    void asksWhatARequestDoesOnlyWhereThatMatters(String rules, boolean asks) {
        assertThat(AccessPolicy.compile(Rules.parse(rules)).asksForAccess()).isEqualTo(asks);
    }

    @ParameterizedTest(name = "{0} at {1}: {2}")
    @CsvSource(textBlock = """
            # client, second, because
            1.1.1.1,  99,     allow 1.1.1.1
            1.1.1.1,  100,    deny all
            1.1.1.1,  101,    deny all
            1.1.1.1,  -1,     allow 1.1.1.1
            # two that end one after another, though the second is written first among those that last
            2.2.2.2,  0,      deny 2.2.2.2
            2.2.2.2,  49,     deny 2.2.2.2
            2.2.2.2,  50,     allow 2.2.2.0/24
            2.2.2.2,  99,     allow 2.2.2.0/24
            2.2.2.2,  100,    deny all
            2.2.2.3,  49,     allow 2.2.2.0/24
            # one that has ended before its turn comes
            3.3.3.3,  99,     allow 3.3.3.3
            3.3.3.3,  100,    deny all
            """)
    void aRuleEndsAtItsSecond(String client, long now, String because) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("""
                allow 1.1.1.1 until=100; deny 2.2.2.2 until=50; allow 2.2.2.0/24 until=100;
                allow 3.3.3.3 until=100; deny 3.3.3.3 until=50; deny all"""));

        assertThat(policy.decide("GET", Access.WRITE, IpAddress.parse(client), now)
                        .reason())
                .contains(because);
    }

    @Test
    void whereTheLastRuleHasEndedNoRuleMatches() {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("allow 1.1.1.1 until=100"));

        assertThat(policy.decide("GET", Access.WRITE, IpAddress.parse("1.1.1.1"), 100))
                .isSameAs(policy.decide("GET", Access.WRITE, IpAddress.parse("2.2.2.2"), 0))
                .isEqualTo(new Decision(Action.DENY, null));
    }

    @ParameterizedTest(name = "{0} at {1} is {2}: {3}")
    @CsvSource(delimiter = '|', textBlock = """
            # client | second | action | because
            1.1.1.1  | 0      | ALLOW  | rule "deny 1.1.1.0/24" at ipgate.yaml:1 would deny it, and only reports; rule "allow 1.0.0.0/8" at ipgate.yaml:2 decides
            1.2.1.1  | 0      | ALLOW  | rule "allow 1.0.0.0/8" at ipgate.yaml:2
            # what it would deny is denied anyway
            2.2.2.2  | 0      | DENY   | rule "deny 2.0.0.0/8" at ipgate.yaml:4
            9.9.9.9  | 0      | DENY   | no rule matched
            # it comes too late
            3.3.3.3  | 0      | ALLOW  | rule "allow 3.0.0.0/8" at ipgate.yaml:5
            # the first of two
            4.4.4.4  | 0      | ALLOW  | rule "deny 4.4.4.4" at ipgate.yaml:7 would deny it, and only reports; rule "allow 4.0.0.0/8" at ipgate.yaml:10 decides
            4.4.4.4  | 50     | ALLOW  | rule "deny 4.4.0.0/16" at ipgate.yaml:8 would deny it, and only reports; rule "allow 4.0.0.0/8" at ipgate.yaml:10 decides
            4.4.4.4  | 70     | ALLOW  | rule "allow 4.0.0.0/8" at ipgate.yaml:10
            # one that decides in between ends, too
            5.5.5.5  | 0      | ALLOW  | rule "allow 5.5.5.5" at ipgate.yaml:12
            5.5.5.5  | 50     | ALLOW  | rule "deny 5.5.5.5" at ipgate.yaml:13 would deny it, and only reports; rule "allow 5.0.0.0/8" at ipgate.yaml:14 decides
            5.5.5.5  | 60     | DENY   | no rule matched
            """)
    void aRuleOnTrialIsSaidToDenyAndTheOthersDecide(String client, long now, Action action, String because) {
        AccessPolicy policy = AccessPolicy.compile(Rules.parse("""
                deny 1.1.1.0/24 report; allow 1.0.0.0/8;
                deny 2.2.2.2 report; deny 2.0.0.0/8;
                allow 3.0.0.0/8; deny 3.3.3.3 report;
                deny 4.4.4.4 report until=50; deny 4.4.0.0/16 report until=70; deny 9.9.9.9 report; allow 4.0.0.0/8 until=90;
                deny 6.0.0.0/8; allow 5.5.5.5 until=50; deny 5.5.5.5 report; allow 5.0.0.0/8 until=60"""));

        Decision decision = policy.decide("GET", Access.WRITE, IpAddress.parse(client), now);

        assertThat(decision.action()).isEqualTo(action);
        assertThat(decision.reason()).isEqualTo(because);
    }

    @Test
    void agreesWithAScanOfTheRules() {
        Random random = new Random(SEED);
        int probes = 0;
        for (int round = 0; round < 1_500; round++) {
            List<IpRange> written = new ArrayList<>();
            List<Rule> rules = new ArrayList<>();
            int count = random.nextInt(round % 50 == 0 ? 200 : 8);
            for (int i = 0; i < count; i++) {
                rules.add(randomRule(random, written, i + 1));
            }
            AccessPolicy policy = AccessPolicy.compile(rules);
            List<IpAddress> clients = Samples.around(written);
            for (int i = 0; i < 20; i++) {
                clients.add(Samples.address(random));
            }
            for (IpAddress client : clients) {
                for (int i = 0; i < 4; i++) {
                    String method = METHODS.get(random.nextInt(METHODS.size()));
                    long now = random.nextInt(7);
                    Access access = random.nextBoolean() ? Access.READ : Access.WRITE;
                    Decision expected = scan(rules, method, access, client, now);

                    assertThat(policy.decide(method, access, client, now))
                            .as("%s (%s) %s at %d by %s, seed %d", method, access, client, now, rules, SEED)
                            .isEqualTo(expected);
                    probes++;
                }
            }
        }
        assertThat(probes).isGreaterThan(200_000);
    }

    @Test
    void theFirstDeniedOfASetIsTheLowestThatARequestWouldFindDenied() {
        Random random = new Random(SEED);
        int found = 0;
        for (int round = 0; round < 1_000; round++) {
            List<IpRange> written = new ArrayList<>();
            List<Rule> rules = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                rules.add(randomRule(random, written, i + 1));
            }
            List<IpRange> asked = random.nextBoolean()
                    ? Samples.ranges(random, 3)
                    : List.of(written.isEmpty() ? Samples.range(random) : written.get(random.nextInt(written.size())));
            written.addAll(asked);
            AddressSet set = AddressSet.of(asked);
            AccessPolicy policy = AccessPolicy.compile(rules);
            long now = random.nextInt(7);

            IpAddress expected = Samples.around(written).stream()
                    .filter(set::contains)
                    .filter(client ->
                            !policy.decide("GET", Access.READ, client, now).allowed())
                    .min(Comparator.comparing(IpAddress::isIpv4).reversed().thenComparing(Comparator.naturalOrder()))
                    .orElse(null);

            assertThat(policy.firstDenied("GET", Access.READ, set, now))
                    .as("%s by %s at %d, seed %d", asked, rules, now, SEED)
                    .isEqualTo(expected);
            found += expected == null ? 0 : 1;
        }
        assertThat(found).isBetween(200, 990);
    }

    /** The obvious way: look at every rule in order. */
    private static Decision scan(List<Rule> rules, String method, Access access, IpAddress client, long now) {
        Rule onTrial = null;
        for (Rule rule : rules) {
            boolean ended = rule.until() != null && now >= rule.until().getEpochSecond();
            boolean named = rule.methods().isEmpty()
                    || rule.methods().contains(method)
                    || (method.equals("HEAD") && rule.methods().contains("GET"));
            Access most = rule.access();
            boolean goesSoFar = most == null
                    || (rule.action() == Action.ALLOW
                            ? most == Access.WRITE || access == Access.READ
                            : most == Access.READ || access == Access.WRITE);
            if (ended || !named || !goesSoFar || !rule.addresses().contains(client)) {
                continue;
            }
            if (!rule.report()) {
                return new Decision(rule.action(), rule, rule.action() == Action.ALLOW ? onTrial : null);
            }
            onTrial = onTrial == null ? rule : onTrial;
        }
        return new Decision(Action.DENY, null);
    }

    private static Rule randomRule(Random random, List<IpRange> written, int line) {
        List<IpRange> ranges = Samples.ranges(random, 5);
        written.addAll(ranges);
        Set<String> methods = random.nextInt(3) > 0 ? Set.of() : Set.of(METHODS.get(random.nextInt(4)), "PATCH");
        Instant until = random.nextInt(3) > 0 ? null : Instant.ofEpochSecond(random.nextInt(6));
        Access access = random.nextInt(3) > 0 ? null : random.nextBoolean() ? Access.READ : Access.WRITE;
        Action action = random.nextBoolean() ? Action.ALLOW : Action.DENY;
        boolean report = action == Action.DENY && random.nextInt(3) == 0;
        return Rules.rule(action, ranges.toString(), AddressSet.of(ranges), methods, access, until, report, line);
    }

    @Test
    void aDecisionAllocatesNothing() {
        Random random = new Random(SEED);
        List<Rule> rules = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            rules.add(randomRule(random, new ArrayList<>(), i + 1));
        }
        AccessPolicy policy = AccessPolicy.compile(rules);
        IpAddress[] clients = new IpAddress[1_000];
        Arrays.setAll(clients, i -> Samples.address(random));
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long allowed = allowed(policy, clients, 300); // warms up

        long least = Long.MAX_VALUE;
        for (int i = 0; i < 10 && least > 0; i++) { // what the compiler does meanwhile may count, but not every time
            long before = threads.getCurrentThreadAllocatedBytes();
            long again = allowed(policy, clients, 100);
            least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
            assertThat(again * 3).isEqualTo(allowed);
        }

        assertThat(least).isZero();
    }

    private static long allowed(AccessPolicy policy, IpAddress[] clients, int rounds) {
        long allowed = 0;
        for (int round = 0; round < rounds; round++) {
            for (int i = 0; i < clients.length; i++) {
                String method = i % 2 == 0 ? "GET" : "BREW";
                Access access = i % 3 == 0 ? Access.READ : Access.WRITE;
                allowed += policy.decide(method, access, clients[i], i % 7).allowed() ? 1 : 0;
            }
        }
        return allowed;
    }
}
