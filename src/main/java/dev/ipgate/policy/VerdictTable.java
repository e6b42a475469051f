package dev.ipgate.policy;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.net.RangeTable;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Rules that all hold for the same request methods, compiled: every address has its verdict. */
final class VerdictTable {

    private final RangeTable table; // of places in the list of verdicts
    private final Verdict[] verdicts;

    private VerdictTable(RangeTable table, List<Verdict> verdicts) {
        this.table = table;
        this.verdicts = verdicts.toArray(Verdict[]::new);
    }

    static VerdictTable compile(List<Rule> rules) {
        Verdicts verdicts = new Verdicts(rules);
        RangeTable table =
                RangeTable.flatten(rules.stream().map(Rule::addresses).toList(), verdicts::place);
        return new VerdictTable(table, verdicts.made());
    }

    Decision decide(IpAddress client, long now) {
        return verdicts[table.get(client)].at(now);
    }

    /** The lowest address of a set that is denied, IPv4 before IPv6; null if none is. */
    @Nullable
    IpAddress firstDenied(AddressSet clients, long now) {
        return table.firstWithin(clients, place -> !verdicts[place].at(now).allowed());
    }

    /** The rules that decide for some address at some time. */
    Set<Rule> deciding() {
        return rules(Stream.of(verdicts));
    }

    /** The rules that decide for some address of the set at some time. */
    Set<Rule> decidingWithin(AddressSet addresses) {
        BitSet places = new BitSet();
        table.forEachWithin(addresses, places::set);
        return rules(places.stream().mapToObj(place -> verdicts[place]));
    }

    private static Set<Rule> rules(Stream<Verdict> verdicts) {
        Set<Rule> rules = new HashSet<>();
        verdicts.forEach(verdict -> verdict.addRulesTo(rules));
        return rules;
    }
}
