package dev.ipgate.policy;

import org.jspecify.annotations.Nullable;

/**
 * A verdict together with its reason, so that the log, the metrics and {@code explain} never disagree.
 *
 * @param action what happens to the client
 * @param rule the rule that decided, or null if none matched
 * @param onTrial the rule on trial that would have denied a client whom the other rules allow; null if there is none
 */
public record Decision(
        Action action, @Nullable Rule rule, @Nullable Rule onTrial) {

    Decision(Action action, @Nullable Rule rule) {
        this(action, rule, null);
    }

    public boolean allowed() {
        return action == Action.ALLOW;
    }

    /** The same where it makes no difference what a rule on trial would have done. */
    public Decision withoutTrial() {
        return onTrial == null ? this : new Decision(action, rule);
    }

    /** Which rule decided, and where it stands: {@code rule "deny 10.1.0.0/16" at ipgate.yaml:4}. */
    public String reason() {
        String decided = rule == null ? "no rule matched" : cited(rule);
        return onTrial == null ? decided : cited(onTrial) + " would deny it, and only reports; " + decided + " decides";
    }

    private static String cited(Rule rule) {
        return "rule \"" + rule + "\" at " + rule.origin().fileAndLine();
    }
}
