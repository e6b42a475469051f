package dev.ipgate.server;

import dev.ipgate.config.CertificateFiles;
import dev.ipgate.grants.Grant;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.metrics.ThreadHistogram;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Rule;
import dev.ipgate.problem.Problem;
import dev.ipgate.upstream.Upstream;
import dev.ipgate.upstream.UpstreamCounts;
import dev.ipgate.upstream.UpstreamState;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** {@code /api/status}: what somebody who is locked out, or who does the locking, wants to see. */
final class StatusPage {

    private static final int MOST_RULES = 1000;
    private static final int MOST_CLIENTS = 200;
    private static final int HOUR = 60; // minutes
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(3);

    private final Instruments instruments;

    StatusPage(Instruments instruments) {
        this.instruments = instruments;
    }

    /** All of it as of now. Times are in UTC, as RFC 3339 has them. */
    String json() {
        return asOfNow(facts()) + "\n";
    }

    /** The same with the time, by which alone two answers may differ. */
    static String asOfNow(String facts) {
        return "{\"now\":\"" + time(Instant.now()) + "\"," + facts.substring(1);
    }

    /** All of it but the time, on one line. */
    String facts() {
        StringBuilder text = new StringBuilder(8 << 10);
        JsonWriter json = new JsonWriter(text).beginObject();
        Snapshot snapshot = instruments.snapshot().get();
        List<Grant> grants = instruments.grants().live();
        json.member("version", Instruments.version())
                .member("started", time(instruments.started()))
                .member("conf", snapshot.settings().file().toString())
                .member("mode", snapshot.settings().mode().word());
        modes(json, snapshot);
        listeners(json);
        requests(json);
        clients(json, "denied_clients", instruments.denials());
        clients(json, "would_deny_clients", instruments.reported());
        rules(json, snapshot);
        upstreams(json, snapshot);
        reload(json);
        new GroupStates(instruments.sources()).addTo(json);
        certificates(json);
        json.name("grants");
        GrantCommands.write(json, grants.subList(0, Math.min(grants.size(), MOST_CLIENTS)));
        json.member("grants_count", grants.size());
        json.endObject();
        return text.toString();
    }

    private void listeners(JsonWriter json) {
        json.name("listen").beginArray();
        for (InetSocketAddress address : instruments.listeners().addresses()) {
            json.value(IpAddress.of(address.getAddress()).withPort(address.getPort()));
        }
        json.endArray();
        ClientConnections connections = instruments.connections();
        json.name("connections")
                .beginObject()
                .member("open", connections.count())
                .member("idle", connections.idle())
                .endObject();
    }

    private void requests(JsonWriter json) {
        long[] totals = instruments.requests().passedAndDenied();
        json.name("requests").beginObject().member("passed", totals[0]).member("denied", totals[1]);
        minutes(json, "last_hour", HOUR, 1);
        minutes(json, "last_day", History.MINUTES, 15);
        json.endObject();
    }

    /** Sums of so many minutes each, the oldest first; the last is not over. */
    private void minutes(JsonWriter json, String name, int minutes, int together) {
        List<long[]> all = new ArrayList<>();
        instruments.history().read(minutes, (passed, denied) -> all.add(new long[] {passed, denied}));
        json.name(name).beginObject().member("minutes_each", together);
        for (int which = 0; which < 2; which++) {
            json.name(which == 0 ? "passed" : "denied").beginArray();
            int first = all.size() % together == 0 ? together : all.size() % together;
            for (int from = 0, to = first; from < all.size(); from = to, to += together) {
                long sum = 0;
                for (int i = from; i < to; i++) {
                    sum += all.get(i)[which];
                }
                json.value(sum);
            }
            json.endArray();
        }
        json.endObject();
    }

    /** The sites that only report. */
    private static void modes(JsonWriter json, Snapshot snapshot) {
        json.name("reporting_sites").beginArray();
        snapshot.judge().places().stream()
                .filter(Place::reportOnly)
                .map(Place::site)
                .distinct()
                .limit(MOST_RULES)
                .forEach(json::value);
        json.endArray();
    }

    /** Who was not let in, or would not have been, whoever came last first. */
    private static void clients(JsonWriter json, String name, Denials denials) {
        List<Denials.Client> clients = denials.lastHour(Instant.now().getEpochSecond());
        json.member(name + "_count", clients.size()).name(name).beginArray();
        for (Denials.Client client : clients.subList(0, Math.min(clients.size(), MOST_CLIENTS))) {
            Denial last = client.last();
            Explanation why = last.explanation();
            json.beginObject()
                    .member("client", client.address().toString())
                    .member("count", client.count())
                    .member("first", time(Instant.ofEpochSecond(client.first())))
                    .member("last", time(Instant.ofEpochSecond(last.time())))
                    .member("status", why.status())
                    .member("reason", why.reason())
                    .member("rule", why.rule())
                    .member("allow_line", Remedy.line(client.address(), why))
                    .member("remedy", Remedy.text(why))
                    .member("position", why.position())
                    .member("method", last.request().method())
                    .member("path", last.request().path())
                    .member("host", last.request().host())
                    .member("peer", why.peer())
                    .name("via")
                    .beginArray();
            why.via().forEach(json::value);
            json.endArray().member("request_id", RequestIds.text(last.id())).endObject();
        }
        json.endArray();
    }

    private static void rules(JsonWriter json, Snapshot snapshot) {
        List<ListedRule> all = snapshot.judge().rules();
        json.member("rules_count", all.size()).name("rules").beginArray();
        for (ListedRule listed : all.subList(0, Math.min(all.size(), MOST_RULES))) {
            Rule rule = listed.rule();
            RuleHits hits = snapshot.counts().ofRule(rule.number());
            json.beginObject()
                    .member("list", listed.place())
                    .member("rule", rule.toString())
                    .member("position", rule.origin().fileAndLine())
                    .member("note", rule.note())
                    .member("owner", rule.owner())
                    .member("until", rule.until() == null ? null : time(rule.until()))
                    .member("report", rule.report())
                    .name("methods")
                    .beginArray();
            rule.methods().stream().sorted().forEach(json::value);
            json.endArray()
                    .member("hits", hits.count())
                    .member("last_hit", hits.last() == 0 ? null : time(Instant.ofEpochSecond(hits.last())))
                    .endObject();
        }
        json.endArray();
    }

    private static void upstreams(JsonWriter json, Snapshot snapshot) {
        json.name("upstreams").beginArray();
        long deadline = System.nanoTime() + LONGEST_LOOK.toNanos();
        for (Upstream upstream : new LinkedHashSet<>(snapshot.upstreams())) {
            boolean looks = System.nanoTime() - deadline < 0; // of many that are silent, each takes its time
            upstream(json, upstream, looks ? upstream.trouble() : "not looked at, as others took too long");
        }
        json.endArray();
    }

    private static void upstream(JsonWriter json, Upstream upstream, @Nullable String trouble) {
        UpstreamState state = upstream.state();
        UpstreamCounts counts = upstream.counts();
        UpstreamCounts.Trouble failure = counts.trouble();
        long[] answers = counts.answers().counts();
        long[] none = new long[answers.length];
        json.beginObject()
                .member("name", upstream.settings().authorities())
                .member("trouble", trouble)
                .member("connections", state.connections())
                .member("idle", state.idle())
                .member("waiting", state.waiting())
                .member("answers", sum(answers))
                .member("seconds_sum", counts.answers().sumSeconds())
                .member("median_below_seconds", ThreadHistogram.quantile(none, answers, 0.5))
                .member("p99_below_seconds", ThreadHistogram.quantile(none, answers, 0.99))
                .name("last_failure");
        if (failure == null) {
            json.value((String) null);
        } else {
            json.beginObject()
                    .member("time", time(failure.time()))
                    .member("detail", failure.detail())
                    .endObject();
        }
        json.name("copies").beginArray();
        state.copies()
                .forEach(copy -> json.beginObject()
                        .member("address", copy.authority())
                        .member("in_flight", copy.inFlight())
                        .member("set_aside", copy.setAside())
                        .endObject());
        json.endArray().endObject();
    }

    private static long sum(long[] counts) {
        long sum = 0;
        for (long count : counts) {
            sum += count;
        }
        return sum;
    }

    private void reload(JsonWriter json) {
        Reloads.Attempt last = instruments.reloads().last();
        json.name("last_reload")
                .beginObject()
                .member("time", time(last.at()))
                .member("succeeded", last.succeeded())
                .member("text", last.text())
                .endObject()
                .member("rules_from", time(instruments.reloads().lastSuccess()))
                .name("warnings")
                .beginArray();
        instruments.reloads().warnings().stream().map(Problem::toString).forEach(json::value);
        json.endArray();
    }

    private void certificates(JsonWriter json) {
        Instant now = Instant.now();
        json.name("certificates").beginArray();
        for (CertificateFiles files : instruments.certificates().inUse()) {
            Instant end = files.identity().validUntil();
            json.beginObject()
                    .member("file", files.paths().certificate().toString())
                    .name("names")
                    .beginArray();
            files.identity().names().forEach(json::value);
            json.endArray()
                    .member("valid_until", time(end))
                    .member("days_left", Duration.between(now, end).toDays())
                    .endObject();
        }
        json.endArray();
    }

    private static String time(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
