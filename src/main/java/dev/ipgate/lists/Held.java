package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.net.AddressSet;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a source has given, and when it is to be read again: an answer replaces the one before whole, and the last good one
 * outlives failures. Guarded by its {@link Sources}; knows no clock.
 */
final class Held {

    private static final Logger LOG = LoggerFactory.getLogger(Held.class);
    private static final Duration FIRST_RETRY = Duration.ofSeconds(15);

    private final GroupSource settings;
    private final Source source;
    private List<String> groups = List.of(); // that it fills
    private @Nullable AddressSet addresses;
    private @Nullable Instant lastGood;
    private @Nullable Instant due; // null for what is not read by the clock
    private @Nullable Duration retry; // doubled by each failure in a row
    private @Nullable String problem;
    private boolean stale;
    private boolean busy;
    private long readings;
    private long failures;
    private long changes;

    Held(GroupSource settings, Source source, Instant now) {
        this.settings = settings;
        this.source = source;
        this.due = settings.refresh() == null ? null : now;
    }

    /** @param names of the groups that it fills */
    void fills(List<String> names) {
        groups = List.copyOf(names);
    }

    /** As the log has it. */
    private String named() {
        return groups.stream().map(name -> "groups." + name).collect(Collectors.joining(", "));
    }

    Source source() {
        return source;
    }

    /** Whether it is read when a file's change shows, and not by the clock. */
    boolean isLocal() {
        return settings.refresh() == null;
    }

    /** Whether there is anything to hold. */
    boolean hasBeenRead() {
        return addresses != null;
    }

    /** As rules see it. */
    Groups.Content content() {
        AddressSet held = addresses;
        return held == null
                ? new Groups.Content(AddressSet.EMPTY, false, Objects.requireNonNullElse(problem, "no answer yet"))
                : new Groups.Content(held, stale, null);
    }

    /** Takes a turn at reading, which nobody else then has. */
    boolean begin() {
        boolean mine = !busy;
        busy = true;
        return mine;
    }

    void end() {
        busy = false;
    }

    boolean isBusy() {
        return busy;
    }

    boolean isDue(Instant now) {
        return due != null && !now.isBefore(due);
    }

    /** Asks for a reading at the next occasion. */
    void hurry(Instant now) {
        due = isLocal() ? null : now;
    }

    /** It was read. Returns whether it holds something else than before. */
    boolean took(Reading reading, Instant now) {
        Reading.Old old = reading.old();
        if (old == null) {
            readings++;
            if (problem != null) {
                LOG.info("{}: {} can be read again", named(), settings);
            }
            problem = null;
            retry = null;
            lastGood = now;
            due = later(now, shorter(reading.goodFor(), settings.refresh()));
        } else {
            lastGood = old.read();
            failed(old.problem(), now);
        }
        AddressSet before = addresses;
        int added = before == null
                ? reading.addresses().size()
                : reading.addresses().rangesNotIn(before);
        int removed = before == null ? 0 : before.rangesNotIn(reading.addresses());
        if (before != null && added == 0 && removed == 0) {
            return endStale();
        }
        addresses = reading.addresses();
        if (before != null) {
            changes++;
            LOG.info("{}: +{} −{}, {} now", named(), added, removed, addresses.size());
        }
        endStale();
        return true;
    }

    private boolean endStale() {
        boolean was = stale;
        stale = false;
        return was;
    }

    /** It could not be read. What it holds stays. */
    void failed(SourceException failure, Instant now) {
        String reason = String.valueOf(failure.getMessage());
        if (addresses != null
                && (!reason.equals(problem) || isLocal())) { // a first reading's is told with the conf file's
            failure.problems().forEach(found -> LOG.error("{}", found));
            LOG.error("{}: {}; what was read before stays in use", named(), reason);
        }
        failed(reason, now);
    }

    private void failed(String reason, Instant now) {
        failures++;
        problem = reason;
        retry = retry == null ? FIRST_RETRY : retry.multipliedBy(2);
        retry = shorter(retry, settings.refresh());
        due = isLocal() ? null : later(now, retry);
    }

    /** Looks at its age. Returns whether it has just become too old for an allow. */
    boolean age(Instant now) {
        Duration most = settings.maxStale();
        if (most == null || stale || lastGood == null || now.isBefore(lastGood.plus(most))) {
            return false;
        }
        stale = true;
        LOG.error(
                "{}: {} was last read at {}: from now on no allow uses it{}",
                named(),
                settings,
                lastGood,
                problem == null ? "" : " (" + problem + ")");
        return true;
    }

    SourceState state() {
        return new SourceState(
                settings,
                groups,
                addresses == null ? 0 : addresses.size(),
                lastGood,
                stale,
                problem,
                readings,
                failures,
                changes);
    }

    /** As the operator named it. */
    @Override
    public String toString() {
        return settings.toString();
    }

    private static @Nullable Instant later(Instant now, @Nullable Duration pause) {
        return pause == null ? null : now.plus(pause);
    }

    private static @Nullable Duration shorter(@Nullable Duration one, @Nullable Duration other) {
        if (one == null || other == null) {
            return other; // what has no time of its own is not read by the clock
        }
        return one.compareTo(other) < 0 ? one : other;
    }
}
