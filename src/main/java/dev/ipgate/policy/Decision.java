package dev.ipgate.policy;

import org.jspecify.annotations.Nullable;

/**
 * A verdict together with its reason, so that the log, the metrics and {@code explain} never disagree.
 *
 * @param action what happens to the client
 * @param rule the rule that decided, or null if none matched
 */
public record Decision(Action action, @Nullable Rule rule) {

    public boolean allowed() {
        return action == Action.ALLOW;
    }

    /** Which rule decided, and where it stands: {@code rule "deny 10.1.0.0/16" at ipgate.yaml:4}. */
    public String reason() {
        return rule == null
                ? "no rule matched"
                : "rule \"" + rule + "\" at " + rule.origin().fileAndLine();
    }
}
