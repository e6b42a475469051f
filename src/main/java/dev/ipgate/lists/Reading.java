package dev.ipgate.lists;

import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Problem;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What was found when a group's source was read.
 *
 * @param addresses who is in the group
 * @param goodFor how long until it is to be read again, if that is sooner than the conf file says; null for as it says
 * @param warnings what is odd and no reason to refuse it
 */
public record Reading(AddressSet addresses, @Nullable Duration goodFor, List<Problem> warnings) {}
