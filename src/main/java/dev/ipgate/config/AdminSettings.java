package dev.ipgate.config;

import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the operator looks at the gate: {@code admin}.
 *
 * @param listen where it listens; a port alone is one of 127.0.0.1
 * @param rules who may look, in order; this machine alone where neither rules nor auth are written. Empty only where a
 *     password alone decides
 * @param auth how a password is asked for; null if it is not
 * @param satisfy whether both the rules and the password have to let somebody in, or one of them
 * @param hosts names under which it may be called, besides localhost and addresses
 * @param at where it stands
 */
public record AdminSettings(
        ListenSettings listen,
        List<RuleSettings> rules,
        @Nullable AuthSettings auth,
        Satisfy satisfy,
        List<String> hosts,
        Position at) {}
