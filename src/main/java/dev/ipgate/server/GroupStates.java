package dev.ipgate.server;

import dev.ipgate.json.JsonWriter;
import dev.ipgate.lists.SourceState;
import dev.ipgate.lists.Sources;
import dev.ipgate.metrics.Scrape;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** How the groups stand that are filled from outside the conf file, for the metrics and for the status page. */
final class GroupStates {

    private static final int MOST = 1000;

    private final List<SourceState> states;

    GroupStates(Sources sources) {
        states = sources.states();
    }

    void describe(Scrape scrape) {
        gauge(scrape, "ipgate_group_ranges", "Ranges of addresses in a group.", SourceState::ranges);
        gauge(
                scrape,
                "ipgate_group_last_read_timestamp_seconds",
                "When a group was last read; 0 if it never was.",
                state -> state.lastGood() == null ? 0 : state.lastGood().toEpochMilli() / 1000.0);
        gauge(
                scrape,
                "ipgate_group_failing",
                "1 if a group could not be read when that was last tried, and the last good content is in use.",
                state -> state.problem() == null ? 0 : 1);
        gauge(
                scrape,
                "ipgate_group_stale",
                "1 if a group was last read too long ago, so that no allow uses it.",
                state -> state.stale() ? 1 : 0);
        counter(scrape, "ipgate_group_readings", "How often a group has been read.", SourceState::readings);
        counter(scrape, "ipgate_group_failures", "How often a group could not be read.", SourceState::failures);
        counter(scrape, "ipgate_group_changes", "How often a group's content has changed.", SourceState::changes);
    }

    private void gauge(Scrape scrape, String name, String help, ToDoubleFunction<SourceState> value) {
        scrape.gauge(name, help, values -> addTo(values, value));
    }

    private void counter(Scrape scrape, String name, String help, ToDoubleFunction<SourceState> value) {
        scrape.counter(name, help, values -> addTo(values, value));
    }

    private void addTo(Scrape.Values values, ToDoubleFunction<SourceState> value) {
        states.stream()
                .limit(MOST)
                .forEach(state ->
                        state.groups().forEach(group -> values.add(value.applyAsDouble(state), "group", group)));
    }

    void addTo(JsonWriter json) {
        json.name("groups").beginArray();
        states.stream()
                .limit(MOST)
                .forEach(state -> json.beginObject()
                        .member("name", String.join(", ", state.groups()))
                        .member("source", state.source().toString())
                        .member("ranges", state.ranges())
                        .member("last_read", time(state.lastGood()))
                        .member("stale", state.stale())
                        .member("problem", state.problem())
                        .member("changes", state.changes())
                        .endObject());
        json.endArray();
    }

    private static @Nullable String time(@Nullable Instant time) {
        return time == null ? null : time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
