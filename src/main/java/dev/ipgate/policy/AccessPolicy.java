package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** An ordered access list, compiled for lookup. Immutable and safe to share between threads. */
public final class AccessPolicy {

    /*
     * Overlapping rules are flattened into adjacent ranges, each with the decision of the first rule that names it;
     * where that rule ends one day, with the decisions that follow it, so that no timer is needed. There is one such
     * table for each method that a rule names and one for all others, and twice as many where a rule is for reads or for
     * writes only; those with the same rules are one. Decisions are made here, once: decide() finds one and allocates
     * nothing.
     */

    /** Stands for every method that no rule names. */
    static final String ANY_OTHER = "";

    /** The tables for requests of one access. */
    private record Tables(Map<String, VerdictTable> byMethod, VerdictTable others) {

        VerdictTable of(String method) {
            return byMethod.getOrDefault(method, others);
        }
    }

    private final Tables reads;
    private final Tables writes;
    private final boolean asksForAccess; // where no rule tells them apart, both are the same

    private AccessPolicy(Tables reads, Tables writes, boolean asksForAccess) {
        this.reads = reads;
        this.writes = writes;
        this.asksForAccess = asksForAccess;
    }

    public static AccessPolicy compile(List<Rule> rules) {
        Map<List<Rule>, VerdictTable> compiled = new HashMap<>();
        Tables writes = tables(Access.WRITE, rules, compiled);
        boolean differ = rules.stream().anyMatch(rule -> !rule.isFor(Access.READ) || !rule.isFor(Access.WRITE));
        return new AccessPolicy(differ ? tables(Access.READ, rules, compiled) : writes, writes, differ);
    }

    private static Tables tables(Access access, List<Rule> rules, Map<List<Rule>, VerdictTable> compiled) {
        Map<String, VerdictTable> byMethod = new HashMap<>();
        for (String method : methods(rules)) {
            byMethod.put(method, compiled.computeIfAbsent(rulesFor(method, access, rules), VerdictTable::compile));
        }
        VerdictTable others = compiled.computeIfAbsent(rulesFor(ANY_OTHER, access, rules), VerdictTable::compile);
        return new Tables(Map.copyOf(byMethod), others);
    }

    /** Whether it matters what a request does to the app. Where it does not, any {@link Access} will do. */
    public boolean asksForAccess() {
        return asksForAccess;
    }

    /**
     * The verdict of the first rule that names the client; a denial if none does. Allocates nothing.
     *
     * @param method the request's method, as sent (case matters, RFC 9110 section 9.1)
     * @param access what the request does to the app
     * @param now seconds since the epoch, against which {@code until} is judged
     */
    public Decision decide(String method, Access access, IpAddress client, long now) {
        return (access == Access.READ ? reads : writes).of(method).decide(client, now);
    }

    /**
     * The lowest address of a set that is denied, IPv4 before IPv6; null if all of them are allowed.
     *
     * @param method the request's method
     * @param access what the request does to the app
     * @param now seconds since the epoch
     */
    public @Nullable IpAddress firstDenied(String method, Access access, AddressSet clients, long now) {
        return (access == Access.READ ? reads : writes).of(method).firstDenied(clients, now);
    }

    /** The rules that decide for some address, method, access and time. The others can never match. */
    Set<Rule> deciding() {
        Set<Rule> deciding = new HashSet<>();
        forEachTable((method, access, table) -> deciding.addAll(table.deciding()));
        return deciding;
    }

    /** The rules that decide, at some time, for some of the addresses, methods and accesses that a rule is for. */
    Set<Rule> decidingFor(Rule rule) {
        Set<Rule> deciding = new HashSet<>();
        forEachTable((method, access, table) -> {
            if (rule.isFor(method) && rule.isFor(access)) {
                deciding.addAll(table.decidingWithin(rule.addresses()));
            }
        });
        return deciding;
    }

    private interface TableVisitor {
        void visit(String method, Access access, VerdictTable table);
    }

    private void forEachTable(TableVisitor visitor) {
        for (Access access : Access.values()) {
            Tables tables = access == Access.READ ? reads : writes;
            tables.byMethod().forEach((method, table) -> visitor.visit(method, access, table));
            visitor.visit(ANY_OTHER, access, tables.others());
        }
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

    static List<Rule> rulesFor(String method, Access access, List<Rule> rules) {
        return rules.stream()
                .filter(rule -> rule.isFor(method) && rule.isFor(access))
                .toList();
    }
}
