package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.RangeTable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What an operator should know about a list of rules that is valid, but hardly means what its author thinks. */
public final class PolicyReview {

    private PolicyReview() {}

    /**
     * Something to know about a rule.
     *
     * @param rule the rule to blame, whose origin is where to look
     * @param message what is odd about it
     */
    public record Finding(Rule rule, String message) {}

    /**
     * Reviews one list: rules that have ended, rules that can never match, allows that repeat an earlier one, and
     * {@code allow: all} at the top. A rule that names nobody, such as an empty group, is not reported: groups fill.
     *
     * @param now seconds since the epoch
     * @return findings in the order of the rules
     */
    public static List<Finding> of(List<Rule> rules, long now) {
        List<Rule> living = living(rules, now);
        AccessPolicy policy = AccessPolicy.compile(living);
        Set<Rule> deciding = policy.deciding();
        Map<Rule, Integer> places = places(rules);
        List<Finding> findings = new ArrayList<>();
        for (Rule rule : rules) {
            if (now >= rule.endsAt()) {
                findings.add(new Finding(
                        rule,
                        quoted(rule) + " ended at " + Instant.ofEpochSecond(rule.endsAt())
                                + "; remove it or give it a later end"));
            } else if (!rule.addresses().isEmpty() && !deciding.contains(rule)) {
                findings.add(new Finding(rule, whyIdle(rule, policy.decidingFor(rule), places)));
            } else if (letsEverybodyIn(rule) && isAtTop(rule, rules)) {
                findings.add(new Finding(rule, quoted(rule) + " at the top lets everybody in" + forWhat(rule)));
            }
        }
        return findings;
    }

    /*
     * A single rule that covers the idle one decides for some of its addresses, unless those above it cover the idle
     * one too; so it is enough to look among those that decide there.
     */
    private static String whyIdle(Rule idle, Set<Rule> deciding, Map<Rule, Integer> places) {
        Optional<Rule> covering = deciding.stream()
                .filter(rule -> place(rule, places) < place(idle, places) && covers(rule, idle))
                .min(Comparator.comparingInt(rule -> place(rule, places)));
        if (covering.isEmpty() && idle.report()) {
            return quoted(idle) + " would change nothing: whomever it names is decided about the same way without it";
        }
        if (covering.isEmpty()) {
            return quoted(idle) + " can never match: the rules above cover it together";
        }
        Rule rule = covering.get();
        return idle.action() == Action.ALLOW && rule.action() == Action.ALLOW
                ? quoted(idle) + " duplicates " + cited(rule)
                : quoted(idle) + " can never match: " + cited(rule) + " covers it";
    }

    /** Whether one rule holds for all addresses, methods and accesses of another, for as long as that one lasts. */
    private static boolean covers(Rule rule, Rule other) {
        boolean inForce = !rule.report() || other.report(); // what is on trial covers nothing that is in force
        boolean methods = rule.methods().isEmpty()
                || (!other.methods().isEmpty() && other.methods().stream().allMatch(rule::isFor));
        boolean access = Stream.of(Access.values()).allMatch(asked -> rule.isFor(asked) || !other.isFor(asked));
        return inForce
                && methods
                && access
                && rule.endsAt() >= other.endsAt()
                && rule.addresses().covers(other.addresses());
    }

    /** Whether a rule is the first of those that are in force. */
    public static boolean isAtTop(Rule rule, List<Rule> rules) {
        return rules.stream()
                .filter(one -> !one.report())
                .findFirst()
                .filter(rule::equals)
                .isPresent();
    }

    private static boolean letsEverybodyIn(Rule rule) {
        return rule.action() == Action.ALLOW && rule.addresses().covers(AddressSet.ALL);
    }

    /**
     * Tells whether a location's own list is wider than the list that it replaces: whether it allows, now and for some
     * method and access, an address that the other denies.
     *
     * @param now seconds since the epoch
     * @return the rule that allows such an address; the message names the lowest, IPv4 before IPv6
     */
    public static Optional<Finding> widerThan(List<Rule> parentRules, List<Rule> ownRules, long now) {
        List<String> methods = new ArrayList<>(List.of(AccessPolicy.ANY_OTHER));
        methods.addAll(AccessPolicy.methods(parentRules));
        methods.addAll(AccessPolicy.methods(ownRules));
        for (Access access : Access.values()) {
            for (String method : methods) {
                List<Rule> own = AccessPolicy.rulesFor(method, access, inForce(ownRules, now));
                List<Rule> parent = AccessPolicy.rulesFor(method, access, inForce(parentRules, now));
                IpAddress example = firstAllowedOnlyBy(own, parent);
                if (example != null) {
                    Rule rule = own.stream()
                            .filter(candidate -> candidate.addresses().contains(example))
                            .findFirst()
                            .orElseThrow();
                    return Optional.of(new Finding(
                            rule,
                            quoted(rule) + " lets in " + example + (method.isEmpty() ? "" : " for " + method)
                                    + (access == Access.READ ? "" : ", to change something") // reads had their turn
                                    + ", which the list that this one replaces denies"));
                }
            }
        }
        return Optional.empty();
    }

    private static @Nullable IpAddress firstAllowedOnlyBy(List<Rule> own, List<Rule> parent) {
        List<Rule> rules = new ArrayList<>(own);
        rules.addAll(parent);
        List<AddressSet> sets = rules.stream().map(Rule::addresses).toList();
        return RangeTable.flatten(sets, naming -> {
                    Integer ours = naming.lower(own.size()) == null ? null : naming.first();
                    Integer theirs = naming.ceiling(own.size());
                    return allows(rules, ours) && !allows(rules, theirs) ? 1 : 0;
                })
                .firstWith(1);
    }

    private static boolean allows(List<Rule> rules, @Nullable Integer first) {
        return first != null && rules.get(first).action() == Action.ALLOW;
    }

    private static List<Rule> living(List<Rule> rules, long now) {
        return rules.stream().filter(rule -> now < rule.endsAt()).toList();
    }

    private static List<Rule> inForce(List<Rule> rules, long now) {
        return living(rules, now).stream().filter(rule -> !rule.report()).toList();
    }

    private static Map<Rule, Integer> places(List<Rule> rules) {
        Map<Rule, Integer> places = new HashMap<>();
        for (Rule rule : rules) {
            places.putIfAbsent(rule, places.size());
        }
        return places;
    }

    private static int place(Rule rule, Map<Rule, Integer> places) {
        return places.getOrDefault(rule, Integer.MAX_VALUE);
    }

    private static String forWhat(Rule rule) {
        String methods = rule.methods().isEmpty() ? "" : " for " + String.join(", ", new TreeSet<>(rule.methods()));
        return rule.isFor(Access.WRITE) ? methods : methods + ", to look";
    }

    private static String quoted(Rule rule) {
        return "\"" + rule + "\"";
    }

    private static String cited(Rule rule) {
        return quoted(rule) + " at " + rule.origin().fileAndLine();
    }
}
