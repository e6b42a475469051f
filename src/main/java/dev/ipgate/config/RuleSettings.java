package dev.ipgate.config;

import dev.ipgate.policy.Access;
import dev.ipgate.policy.Action;
import dev.ipgate.problem.Position;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One line of {@code rules}, groups not yet resolved.
 *
 * @param action allow or deny
 * @param whom whom it names; never empty
 * @param methods in upper case; empty for every method
 * @param access what it lets the client do at most, or keeps it from doing at least; null for everything
 * @param until when it ends, or null
 * @param report whether whom it would deny is only reported; a rule that denies
 * @param note free text, or null
 * @param owner whom to ask about it, or null
 * @param setting its place in the file, such as {@code locations[0].rules[2]}
 * @param at where it stands
 */
public record RuleSettings(
        Action action,
        List<Whom> whom,
        Set<String> methods,
        @Nullable Access access,
        @Nullable Instant until,
        boolean report,
        @Nullable String note,
        @Nullable String owner,
        String setting,
        Position at) {

    /** Whether the group that grants fill is among those whom it names. */
    public boolean namesGranted() {
        return whom.stream()
                .anyMatch(one -> one instanceof Whom.Group group && group.name().equals(GrantsSettings.GROUP));
    }
}
