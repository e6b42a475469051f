package dev.ipgate.server;

import dev.ipgate.metrics.ThreadCounters;
import dev.ipgate.policy.Decision;
import dev.ipgate.policy.Rule;
import org.jspecify.annotations.Nullable;

/** The counters that requests of one snapshot count up, by the numbers that its places and rules have. */
final class SnapshotCounts {

    private final ThreadCounters noSite;
    private final ThreadCounters[] bySite; // by Place.number
    private final RuleHits[] byRule; // by Rule.number
    private final RuleHits[] unmatched; // by Place.number
    private final ThreadCounters refusals; // by Refusal
    private final ThreadCounters logins;

    SnapshotCounts(
            ThreadCounters noSite,
            ThreadCounters[] bySite,
            RuleHits[] byRule,
            RuleHits[] unmatched,
            ThreadCounters refusals,
            ThreadCounters logins) {
        this.noSite = noSite;
        this.bySite = bySite;
        this.byRule = byRule;
        this.unmatched = unmatched;
        this.refusals = refusals;
        this.logins = logins;
    }

    /** A request has ended. On the IO thread with this number; allocates nothing. */
    void count(int thread, @Nullable Verdict verdict, int status, long now) {
        Place place = verdict == null ? null : verdict.place();
        (place == null ? noSite : bySite[place.number()])
                .increment(thread, Outcome.of(verdict).number(CountedStatus.number(status)));
        if (verdict == null) {
            return;
        }
        if (verdict.refusal() != null) {
            refusals.increment(thread, verdict.refusal().number());
        }
        if (verdict.user() != null) {
            logins.increment(thread, 0);
        }
        Decision decision = verdict.decision();
        if (place != null && decision != null) {
            Rule rule = decision.rule();
            (rule == null ? unmatched[place.number()] : byRule[rule.number()]).hit(thread, now);
            if (decision.onTrial() != null) {
                byRule[decision.onTrial().number()].hit(thread, now);
            }
        }
    }

    /** How often the rule with this number has decided. */
    RuleHits ofRule(int number) {
        return byRule[number];
    }
}
