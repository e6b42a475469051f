package dev.ipgate.policy;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * What holds for a range of addresses: a decision and, if its rule ends, what holds from then on.
 *
 * @param until the second, since the epoch, from which on the decision no longer holds
 * @param afterwards what holds then; null if the decision never ends
 */
record Verdict(Decision decision, long until, @Nullable Verdict afterwards) {

    /** Holds where no rule does. */
    static final Verdict NO_MATCH = new Verdict(new Decision(Action.DENY, null), Long.MAX_VALUE, null);

    Decision at(long now) {
        Verdict verdict = this;
        while (verdict.afterwards != null && now >= verdict.until) {
            verdict = verdict.afterwards;
        }
        return verdict.decision;
    }

    /** Adds the rules that decide, or would if they were not on trial; first or after others have ended. */
    void addRulesTo(Collection<Rule> rules) {
        for (Verdict verdict = this; verdict != null; verdict = verdict.afterwards) {
            if (verdict.decision.rule() != null) {
                rules.add(verdict.decision.rule());
            }
            if (verdict.decision.onTrial() != null) {
                rules.add(verdict.decision.onTrial());
            }
        }
    }
}
