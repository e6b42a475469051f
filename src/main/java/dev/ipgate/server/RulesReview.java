package dev.ipgate.server;

import dev.ipgate.config.RuleSettings;
import dev.ipgate.net.AddressSet;
import dev.ipgate.policy.Action;
import dev.ipgate.policy.PolicyReview;
import dev.ipgate.policy.Rule;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Says what is odd about rules that are valid, as warnings at their lines. */
final class RulesReview {

    private final AddressSet trusted;
    private final Problems problems;
    private final Instant now;
    private final boolean silent;

    private RulesReview(AddressSet trusted, Problems problems, Instant now, boolean silent) {
        this.trusted = trusted;
        this.problems = problems;
        this.now = now;
        this.silent = silent;
    }

    /**
     * Makes one.
     *
     * @param trusted the trusted proxies, whom no rule should allow
     * @param now against which rules that end are judged
     */
    static RulesReview of(AddressSet trusted, Problems problems, Instant now) {
        return new RulesReview(trusted, problems, now, false);
    }

    /** Says nothing: of rules that have been reviewed, when only their groups hold something else now. */
    static RulesReview silent() {
        return new RulesReview(AddressSet.EMPTY, new Problems(), Instant.EPOCH, true);
    }

    /** @param deliberate whether nobody is surprised that the list lets everybody in */
    void list(List<Rule> rules, List<RuleSettings> settings, boolean deliberate) {
        if (silent) {
            return;
        }
        for (PolicyReview.Finding finding : PolicyReview.of(rules, now.getEpochSecond())) {
            if (isOfGrants(finding.rule(), settings)) {
                continue;
            }
            boolean top = PolicyReview.isAtTop(finding.rule(), rules);
            if (!(deliberate && top && letsEverybodyIn(finding.rule()))) {
                warn(finding, settings);
            }
        }
    }

    /** Of whom grants name nothing lasting can be said, but that the rule has ended. */
    private boolean isOfGrants(Rule rule, List<RuleSettings> settings) {
        boolean lives = rule.until() == null || now.isBefore(rule.until());
        return lives && settings.stream().anyMatch(one -> one.at().equals(rule.origin()) && one.namesGranted());
    }

    /** A location's own rules that let in somebody whom those do not that they replace. */
    void wider(List<Rule> around, List<Rule> rules, List<RuleSettings> settings) {
        if (!silent && !around.isEmpty()) {
            PolicyReview.widerThan(around, rules, now.getEpochSecond())
                    .filter(finding -> !isOfGrants(finding.rule(), settings))
                    .ifPresent(finding -> warn(finding, settings));
        }
    }

    /**
     * A trusted proxy that is itself allowed lets in everybody whom it does not name. Where everybody is allowed anyway,
     * nothing is lost by that.
     */
    void trusted(List<Rule> rules, List<RuleSettings> settings) {
        if (silent) {
            return;
        }
        // what the rules allow beyond a list that denies the proxies alone is: proxies
        List<Rule> proxiesOut = List.of(rule(Action.DENY, trusted), rule(Action.ALLOW, AddressSet.ALL));
        PolicyReview.widerThan(proxiesOut, rules, now.getEpochSecond())
                .map(PolicyReview.Finding::rule)
                .filter(rule -> !rule.addresses().covers(AddressSet.ALL))
                .ifPresent(rule -> warn(
                        new PolicyReview.Finding(
                                rule,
                                "\"" + rule
                                        + "\" allows a trusted proxy itself: whoever it forwards without naming them"
                                        + " passes as the proxy; allow clients only, or take it out of"
                                        + " client_address.trusted_proxies"),
                        settings));
    }

    private static Rule rule(Action action, AddressSet addresses) {
        return new Rule(-1, action, "", addresses, Set.of(), null, null, false, null, null, Position.of(""));
    }

    private boolean letsEverybodyIn(Rule rule) {
        return rule.action() == Action.ALLOW
                && rule.addresses().covers(AddressSet.ALL)
                && (rule.until() == null || now.isBefore(rule.until()));
    }

    private void warn(PolicyReview.Finding finding, List<RuleSettings> settings) {
        String setting = settings.stream()
                .filter(rule -> rule.at().equals(finding.rule().origin()))
                .map(RuleSettings::setting)
                .findFirst()
                .orElse("");
        problems.warning(finding.rule().origin(), setting, finding.message());
    }
}
