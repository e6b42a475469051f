package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a group's source stands, for whoever looks at the gate.
 *
 * @param groups the names of the groups that it fills
 * @param ranges how many ranges of addresses it holds
 * @param lastGood when it was last read; null if it never was
 * @param stale whether that is too long ago, so that no allow uses it
 * @param problem why it could not be read when that was last tried; null if it could
 * @param readings how often it has been read
 * @param failures how often it could not be
 * @param changes how often something else was read than before
 */
public record SourceState(
        GroupSource source,
        List<String> groups,
        int ranges,
        @Nullable Instant lastGood,
        boolean stale,
        @Nullable String problem,
        long readings,
        long failures,
        long changes) {}
