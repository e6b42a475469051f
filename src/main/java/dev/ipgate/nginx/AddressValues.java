package dev.ipgate.nginx;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A variable whose value depends on the client's address alone: a {@code geo}, or a {@code map} of {@code $remote_addr}.
 *
 * @param source the directive that makes it
 * @param otherwise its value for an address that is not named
 * @param entries whom it names, and their values
 */
record AddressValues(Directive source, String otherwise, List<Entry> entries) {

    private static final String ADDRESS = "$remote_addr";
    private static final int MOST_COMPARED = 2000; // entries that hold each other or not, each with each

    /** Whom an entry names. */
    record Entry(Address whom, String value, Directive at) {}

    /** Reads a {@code geo} or a {@code map} of addresses; null if it is about anything but the client's address. */
    static @Nullable AddressValues read(Directive directive) {
        boolean geo = directive.name().equals("geo");
        String of = geo && directive.arguments().size() == 1 ? ADDRESS : directive.argument(0);
        List<Directive> lines = Scope.flat(directive.children());
        boolean ranges = geo && lines.stream().anyMatch(line -> line.toString().equals("ranges"));
        String otherwise = "";
        Map<String, Entry> entries = new LinkedHashMap<>(); // of two for the same, the last counts
        for (Directive line : lines) {
            if (line.name().equals("default")) {
                otherwise = line.argument(0);
            } else if (!ranges || !line.toString().equals("ranges")) {
                Address whom = ranges ? range(line.name()) : geo ? Address.read(line.name()) : single(line.name());
                if (whom == null || line.arguments().size() != 1 || !isOfOneFamily(whom)) {
                    return null; // proxy, delete; a map's regular expressions
                }
                entries.put(whom.text(), new Entry(whom, line.argument(0), line));
            }
        }
        return of.equals(ADDRESS) ? new AddressValues(directive, otherwise, List.copyOf(entries.values())) : null;
    }

    /** The values that a {@code map} makes of these; null if it goes by anything but the whole text. */
    @Nullable
    AddressValues mapped(Directive map) {
        Map<String, String> values = new HashMap<>();
        for (Directive line : Scope.flat(map.children())) {
            if (line.name().startsWith("~")
                    || line.arguments().size() != 1
                    || line.argument(0).indexOf('$') >= 0) {
                return null;
            }
            values.putIfAbsent(line.name().toLowerCase(Locale.ROOT).replaceFirst("^\\\\", ""), line.argument(0));
        }
        String unnamed = values.getOrDefault("default", "");
        UnaryOperator<String> value = text -> values.getOrDefault(text.toLowerCase(Locale.ROOT), unnamed);
        return new AddressValues(
                source,
                value.apply(otherwise),
                entries.stream()
                        .map(entry -> new Entry(entry.whom(), value.apply(entry.value()), entry.at()))
                        .toList());
    }

    private static boolean isOfOneFamily(Address whom) {
        return whom.is(Address.Kind.IPV4) || whom.is(Address.Kind.IPV6);
    }

    /** An address as nginx writes it, which is how a map compares. */
    private static @Nullable Address single(String text) {
        Address address = Address.read(text);
        String plain = text.toLowerCase(Locale.ROOT);
        boolean same = address != null
                && isOfOneFamily(address)
                && text.indexOf('/') < 0
                && IpRange.parse(address.text()).toString().equals(plain);
        return same ? address : null;
    }

    /** A geo's {@code a-b}; only where no two of them have different values. */
    private static @Nullable Address range(String text) {
        String[] ends = text.split("-", -1);
        Address first = ends.length == 2 ? Address.read(ends[0]) : null;
        Address last = ends.length == 2 ? Address.read(ends[1]) : null;
        if (first == null || last == null || !first.is(Address.Kind.IPV4) || !last.is(Address.Kind.IPV4)) {
            return null;
        }
        if (text.indexOf('/') >= 0) {
            return null;
        }
        String range = first.text() + "-" + last.text();
        try {
            return new Address(IpRange.parse(range).toString(), Address.Kind.IPV4, "");
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /**
     * Whom a condition on the value denies.
     *
     * @param named of those that are named, the most specific first
     * @param deniesOthers whether whoever is not named is denied
     * @param onlyDenies whether all that is said is who is denied, so that other rules can follow
     */
    record Denied(List<Rule> named, boolean deniesOthers, boolean onlyDenies) {}

    /** Whom a condition denies; null if the entries lie in each other in ways that are too many to look at. */
    @Nullable
    Denied denied(Predicate<String> condition, Names names) {
        boolean others = condition.test(otherwise);
        List<Entry> different = entries.stream()
                .filter(entry -> condition.test(entry.value()) != others)
                .toList();
        List<Entry> alike = entries.stream()
                .filter(entry -> condition.test(entry.value()) == others)
                .toList();
        if ((long) different.size() * alike.size() > (long) MOST_COMPARED * MOST_COMPARED) {
            return null;
        }
        boolean ranges = entries.stream().anyMatch(entry -> entry.whom().text().indexOf('-') >= 0);
        if (ranges && !alike.isEmpty() && !different.isEmpty()) {
            return null;
        }
        boolean nested = alike.stream().anyMatch(inner -> different.stream().anyMatch(outer -> holds(outer, inner)));
        if (different.isEmpty()) {
            return new Denied(List.of(), others, !others);
        }
        if (!nested) {
            Rule rule = new Rule(others, group(different, names), List.of(), source.above(), source.beside());
            return new Denied(List.of(rule), others, !others);
        }
        List<Rule> rules = entries.stream()
                .sorted(Comparator.comparingInt((Entry entry) -> -length(entry)))
                .map(entry -> rule(!condition.test(entry.value()), entry))
                .toList();
        return new Denied(rules, others, false);
    }

    private String group(List<Entry> members, Names names) {
        String variable = source.argument(source.arguments().size() - 1).substring(1);
        String file = members.get(0).at().at().file();
        boolean ownFile = !file.equals(source.at().file())
                && members.size() == entries.size()
                && members.stream().allMatch(member -> isLine(member, file))
                && members.stream()
                                .map(member -> member.at().at().line())
                                .distinct()
                                .count()
                        == members.size();
        return ownFile
                ? names.ofFile(file)
                : names.ofAddresses(
                        "variable " + variable + members,
                        variable,
                        members.stream().map(member -> rule(true, member)).toList());
    }

    private static boolean isLine(Entry member, String file) {
        return member.at().at().file().equals(file)
                && member.at().argument(0).equals("1")
                && !member.whom().note().contains("decimal");
    }

    private static Rule rule(boolean allow, Entry entry) {
        String note = entry.whom().note();
        List<String> above = new ArrayList<>(entry.at().above());
        if (!note.isEmpty()) {
            above.add(note);
        }
        return new Rule(allow, entry.whom().text(), List.of(), above, entry.at().beside());
    }

    private static int length(Entry entry) {
        return CidrBlock.parse(entry.whom().text()).prefixLength();
    }

    private static boolean holds(Entry outer, Entry inner) {
        IpRange range = IpRange.parse(outer.whom().text());
        return range.contains(IpRange.parse(inner.whom().text()).first()) && length(outer) <= length(inner);
    }
}
