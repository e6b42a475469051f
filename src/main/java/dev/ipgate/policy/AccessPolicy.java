package dev.ipgate.policy;

import dev.ipgate.net.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** An ordered access list, compiled for lookup. Immutable and safe to share between threads. */
public final class AccessPolicy {

    /*
     * Overlapping rules are flattened into adjacent ranges, each with the decision of the first rule that names it;
     * where that rule ends one day, with the decisions that follow it, so that no timer is needed. There is one such
     * table for each method that a rule names and one for all others; methods with the same rules share theirs.
     * Decisions are made here, once: decide() finds one and allocates nothing.
     */

    /** Stands for every method that no rule names. */
    static final String ANY_OTHER = "";

    private final Map<String, VerdictTable> byMethod;
    private final VerdictTable others;

    private AccessPolicy(Map<String, VerdictTable> byMethod, VerdictTable others) {
        this.byMethod = byMethod;
        this.others = others;
    }

    public static AccessPolicy compile(List<Rule> rules) {
        Map<List<Rule>, VerdictTable> compiled = new HashMap<>();
        Map<String, VerdictTable> byMethod = new HashMap<>();
        for (String method : methods(rules)) {
            byMethod.put(method, compiled.computeIfAbsent(rulesFor(method, rules), VerdictTable::compile));
        }
        VerdictTable others = compiled.computeIfAbsent(rulesFor(ANY_OTHER, rules), VerdictTable::compile);
        return new AccessPolicy(Map.copyOf(byMethod), others);
    }

    /**
     * The verdict of the first rule that names the client; a denial if none does. Allocates nothing.
     *
     * @param method the request's method, as sent (case matters, RFC 9110 section 9.1)
     * @param now seconds since the epoch, against which {@code until} is judged
     */
    public Decision decide(String method, IpAddress client, long now) {
        return tableFor(method).decide(client, now);
    }

    /** The rules that decide for some address, method and time. The others can never match. */
    Set<Rule> deciding() {
        Set<Rule> deciding = new HashSet<>();
        deciding.addAll(others.deciding());
        byMethod.values().forEach(table -> deciding.addAll(table.deciding()));
        return deciding;
    }

    /** The rules that decide, at some time, for some of the addresses and methods that a rule is for. */
    Set<Rule> decidingFor(Rule rule) {
        Set<Rule> deciding = new HashSet<>();
        byMethod.forEach((method, table) -> {
            if (rule.isFor(method)) {
                deciding.addAll(table.decidingWithin(rule.addresses()));
            }
        });
        if (rule.isFor(ANY_OTHER)) {
            deciding.addAll(others.decidingWithin(rule.addresses()));
        }
        return deciding;
    }

    private VerdictTable tableFor(String method) {
        return byMethod.getOrDefault(method, others);
    }

    /** The methods that the rules name, HEAD included where GET is. */
    static Set<String> methods(List<Rule> rules) {
        Set<String> methods = new TreeSet<>();
        rules.forEach(rule -> methods.addAll(rule.methods()));
        if (methods.contains("GET")) {
            methods.add("HEAD");
        }
        return methods;
    }

    static List<Rule> rulesFor(String method, List<Rule> rules) {
        return rules.stream().filter(rule -> rule.isFor(method)).toList();
    }
}
