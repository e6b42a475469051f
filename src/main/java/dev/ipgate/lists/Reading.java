package dev.ipgate.lists;

import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a group's source was read.
 *
 * @param addresses who is in the group
 * @param goodFor how long until it is to be read again, if that is sooner than the conf file says; null for as it says
 * @param warnings what is odd and no reason to refuse it
 * @param old that this is from before; null for what is so now
 */
public record Reading(
        AddressSet addresses,
        @Nullable Duration goodFor,
        List<Problem> warnings,
        @Nullable Old old) {

    /**
     * A source that cannot be read may still know what it was.
     *
     * @param read when
     * @param problem why it cannot be read now
     */
    public record Old(Instant read, String problem) {}

    Reading(AddressSet addresses, @Nullable Duration goodFor, List<Problem> warnings) {
        this(addresses, goodFor, warnings, null);
    }

    static Reading ofOld(AddressSet addresses, Instant read, String problem) {
        return new Reading(addresses, null, List.of(), new Old(read, problem));
    }
}
