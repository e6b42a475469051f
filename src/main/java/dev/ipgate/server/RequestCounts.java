package dev.ipgate.server;

import dev.ipgate.metrics.Scrape;
import dev.ipgate.metrics.ThreadCounters;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.Rule;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.IntToLongFunction;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What is counted of requests, since the start. It outlives snapshots, each of which looks its own counters up once. */
final class RequestCounts {

    /*
     * A reload knows a site by its name, and a rule by the list that it is in and by its text, wherever it stands: so a line
     * above it changes nothing. What a reload has taken away keeps its counts as long as there is room, for it may come
     * back; what there is no room for is counted together as "other". So no sum ever goes down, and there are never more
     * than so many metrics.
     */

    static final int MOST = 1000;
    private static final int LONGEST_LABEL = 120;
    private static final String OTHER = "(other)"; // which no host can be called
    private static final String NO_RULE = "no rule matched";

    /** A rule, whatever line it is on; several that are the same are told apart by their order. */
    private record RuleName(
            String place,
            String text,
            Set<String> methods,
            @Nullable Access access,
            @Nullable Instant until,
            boolean report,
            int same) {

        @Override
        public int hashCode() { // a record's own is made at run time, and takes 20 ms of a start
            return 31 * place.hashCode() + text.hashCode();
        }

        String label() {
            StringBuilder label =
                    new StringBuilder(text.length() <= LONGEST_LABEL ? text : text.substring(0, LONGEST_LABEL) + "…");
            if (!methods.isEmpty()) {
                label.append(" for ").append(String.join(" ", new TreeSet<>(methods)));
            }
            if (access != null) {
                label.append(access == Access.READ ? " to read" : " to write");
            }
            if (until != null) {
                label.append(" until ").append(until);
            }
            if (report) {
                label.append(", reported");
            }
            return (same == 0 ? label : label.append(" #").append(same + 1)).toString();
        }
    }

    private final int threads;
    private final Map<String, ThreadCounters> sites = new LinkedHashMap<>();
    private final Map<RuleName, RuleHits> rules = new LinkedHashMap<>();
    private final ThreadCounters otherSites;
    private final RuleHits otherRules;
    private final long[] forgottenRequests = new long[Outcome.values().length * CountedStatus.COUNT];
    private long forgottenDecisions;
    private final ThreadCounters refusals;
    private final ThreadCounters logins;

    /** @param threads IO threads */
    RequestCounts(int threads) {
        this.threads = threads;
        otherSites = siteCounters();
        otherRules = new RuleHits(threads);
        refusals = new ThreadCounters(threads, Refusal.values().length);
        logins = new ThreadCounters(threads, 1);
        sites.put("", siteCounters()); // of requests that are for no site
    }

    private ThreadCounters siteCounters() {
        return new ThreadCounters(threads, Outcome.values().length * CountedStatus.COUNT);
    }

    /** The counters of one snapshot. */
    synchronized SnapshotCounts of(Judge judge) {
        forgetFor(judge);
        ThreadCounters[] bySite =
                judge.places().stream().map(place -> site(place.site())).toArray(ThreadCounters[]::new);
        Map<RuleName, Integer> seen = new HashMap<>();
        RuleHits[] byRule = judge.rules().stream()
                .map(listed -> rule(listed.place(), listed.rule(), seen))
                .toArray(RuleHits[]::new);
        RuleHits[] unmatched = judge.places().stream()
                .map(place -> hits(new RuleName(place.name(), NO_RULE, Set.of(), null, null, false, 0)))
                .toArray(RuleHits[]::new);
        return new SnapshotCounts(site(""), bySite, byRule, unmatched, refusals, logins);
    }

    /** Makes room for what is new, at the cost of what is gone, the longest known first. */
    private void forgetFor(Judge judge) {
        Set<String> places = new HashSet<>();
        Set<String> sitesNow = new HashSet<>(Set.of(""));
        judge.places().forEach(place -> {
            places.add(place.name());
            sitesNow.add(place.site());
        });
        forget(sites, sitesNow::contains, sitesNow.size(), counters -> {
            for (int i = 0; i < forgottenRequests.length; i++) {
                forgottenRequests[i] += counters.sum(i);
            }
        });
        Set<String> texts = new HashSet<>();
        judge.rules().forEach(listed -> texts.add(listed.place() + " " + listed.rule()));
        forget(
                rules,
                name -> name.text.equals(NO_RULE)
                        ? places.contains(name.place)
                        : texts.contains(name.place + " " + name.text),
                judge.rules().size() + places.size(),
                hits -> forgottenDecisions += hits.count());
    }

    private static <K, V> void forget(Map<K, V> known, Predicate<K> isWanted, int wanted, Consumer<V> keep) {
        Iterator<Map.Entry<K, V>> oldest = known.entrySet().iterator();
        for (int surplus = known.size() + wanted - MOST; surplus > 0 && oldest.hasNext(); ) {
            Map.Entry<K, V> entry = oldest.next();
            if (!isWanted.test(entry.getKey())) {
                keep.accept(entry.getValue());
                oldest.remove();
                surplus--;
            }
        }
    }

    private ThreadCounters site(String name) {
        return find(sites, name, this::siteCounters, otherSites);
    }

    private RuleHits rule(String place, Rule rule, Map<RuleName, Integer> seen) {
        RuleName first = name(place, rule, 0);
        int same = seen.merge(first, 1, Integer::sum) - 1;
        return hits(same == 0 ? first : name(place, rule, same));
    }

    private static RuleName name(String place, Rule rule, int same) {
        return new RuleName(place, rule.toString(), rule.methods(), rule.access(), rule.until(), rule.report(), same);
    }

    /** A rule as metrics name it, within its list. */
    static String label(Rule rule) {
        return name("", rule, 0).label();
    }

    private RuleHits hits(RuleName name) {
        return find(rules, name, () -> new RuleHits(threads), otherRules);
    }

    private static <K, V> V find(Map<K, V> known, K name, Supplier<V> made, V other) {
        V found = known.get(name);
        if (found == null && known.size() >= MOST) {
            return other;
        }
        return found == null ? known.computeIfAbsent(name, unknown -> made.get()) : found;
    }

    /** Requests that passed, and requests that did not. */
    synchronized long[] passedAndDenied() {
        long[] sums = new long[2];
        sites.values().forEach(counters -> add(counters::sum, sums));
        add(this::otherRequests, sums);
        return sums;
    }

    private long otherRequests(int index) {
        return otherSites.sum(index) + forgottenRequests[index];
    }

    private static void add(IntToLongFunction counts, long[] sums) {
        for (Outcome outcome : Outcome.values()) {
            for (int status = 0; status < CountedStatus.COUNT; status++) {
                sums[outcome.isDenied() ? 1 : 0] += counts.applyAsLong(outcome.number(status));
            }
        }
    }

    synchronized void describe(Scrape scrape) {
        scrape.counter("ipgate_requests", "Requests by site, by what the gate decided and by status.", values -> {
            sites.forEach((site, counters) -> requests(values, site.isEmpty() ? "(none)" : site, counters::sum));
            requests(values, OTHER, this::otherRequests);
        });
        scrape.counter("ipgate_rule_decisions", "How often a rule has decided about an address.", values -> {
            rules.forEach((name, hits) -> {
                if (hits.count() > 0 || !name.text.equals(NO_RULE)) {
                    values.add(hits.count(), "list", name.place, "rule", name.label());
                }
            });
            values.add(otherRules.count() + forgottenDecisions, "list", OTHER, "rule", OTHER);
        });
        scrape.counter("ipgate_denials", "Requests that were not let in, by reason.", values -> {
            for (Refusal refusal : Refusal.values()) {
                if (refusal.isDenial()) {
                    values.add(refusals.sum(refusal.number()), "reason", refusal.key());
                }
            }
        });
        scrape.counter("ipgate_auth_attempts", "Requests at a password door, by what became of them.", values -> {
            values.add(logins.sum(0), "result", "right");
            for (Refusal refusal : List.of(Refusal.NO_PASSWORD, Refusal.WRONG_PASSWORD, Refusal.TOO_MANY_PASSWORDS)) {
                values.add(refusals.sum(refusal.number()), "result", refusal.key());
            }
        });
    }

    private static void requests(Scrape.Values values, String site, IntToLongFunction counts) {
        for (Outcome outcome : Outcome.values()) {
            for (int status = 0; status < CountedStatus.COUNT; status++) {
                long count = counts.applyAsLong(outcome.number(status));
                if (count > 0) {
                    values.add(count, "site", site, "decision", outcome.label(), "status", CountedStatus.text(status));
                }
            }
        }
    }
}
