package dev.ipgate.nginx;

import dev.ipgate.nginx.Address.Kind;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes rules of {@code allow} and {@code deny}. The rules of one level replace those of the levels around it. */
final class RulesImport {

    /**
     * The rules of a place.
     *
     * @param rules in order; empty where nginx has none on any level
     * @param understood false if a line among them was not: then nobody may pass
     */
    record Rules(List<Rule> rules, boolean understood) {

        /** Whether no client gets to the end of the list. */
        boolean decidesAll() {
            return rules.stream().anyMatch(Rule::namesEverybody);
        }
    }

    private static final Rules NONE = new Rules(List.of(), true);

    private final Names names;
    private final Findings findings;
    private final boolean mappedClients;
    private final Map<Scope, Rules> known = new HashMap<>();

    /**
     * Makes one.
     *
     * @param mappedClients whether IPv4 clients can come as IPv6 ones: by a socket of both families, or by a header
     */
    RulesImport(Names names, Findings findings, boolean mappedClients) {
        this.names = names;
        this.findings = findings;
        this.mappedClients = mappedClients;
    }

    /** The rules in force at a level. */
    Rules of(Scope scope) {
        Scope level = scope.nearest("allow", "deny");
        return level == null ? NONE : known.computeIfAbsent(level, this::read);
    }

    private Rules read(Scope level) {
        List<Rule> rules = new ArrayList<>();
        boolean understood = read(level.raw(), rules);
        return new Rules(mapped(rules), understood);
    }

    private boolean read(List<Directive> directives, List<Rule> rules) {
        boolean understood = true;
        for (Directive directive : directives) {
            if (directive.name().equals("include")) {
                Rule group = group(directive);
                if (group != null) {
                    rules.add(group);
                } else {
                    understood &= read(directive.children(), rules);
                }
            } else if (isRule(directive)) {
                understood &= rule(directive, rules);
            }
        }
        return understood;
    }

    private boolean rule(Directive directive, List<Rule> rules) {
        boolean allow = directive.name().equals("allow");
        String written = directive.argument(0);
        if (written.equals("unix:")) {
            findings.harmless(directive, "is about clients on Unix sockets, which ipgate does not listen on");
            return true;
        }
        Address address = Address.read(written);
        if (address == null) {
            findings.matters(
                    directive, "names no address, so nobody may pass where it holds", "write an address or a block");
            return false;
        }
        if (address.is(Kind.MAPPED)) {
            return mappedRule(directive, allow, rules);
        }
        List<String> above = new ArrayList<>(directive.above());
        String beside = directive.beside();
        if (!address.note().isEmpty() && !beside.isEmpty()) {
            above.add(address.note());
        } else if (!address.note().isEmpty()) {
            beside = address.note();
        }
        rules.add(new Rule(allow, address.text(), List.of(), above, beside));
        return true;
    }

    /** nginx compares such a rule with nobody who has an IPv4 address, and ipgate with exactly those. */
    private boolean mappedRule(Directive directive, boolean allow, List<Rule> rules) {
        if (allow) {
            findings.matters(
                    directive,
                    "lets nobody in who comes by IPv4, so it is left out; ipgate would take it for the IPv4 address",
                    "write the IPv4 address if it is meant");
            return true;
        }
        Address address = Address.read(directive.argument(0).replaceFirst("(?i)^::ffff:(?=[0-9.]+$)", ""));
        if (address == null || address.is(Kind.MAPPED)) {
            findings.matters(
                    directive,
                    "denies IPv4 addresses in IPv6's form in a way that is not understood, so nobody may pass",
                    "write the IPv4 block");
            return false;
        }
        rules.add(new Rule(
                false,
                address.text(),
                List.of(),
                directive.above(),
                "nginx: " + directive.argument(0) + ", which denies nobody who comes by IPv4; here it does"));
        return true;
    }

    /**
     * A list that names IPv6 alone judges IPv4 clients too where they come as {@code ::ffff:a.b.c.d}. ipgate
     * knows them by their IPv4 address alone, so what would deny them is said of IPv4.
     */
    private List<Rule> mapped(List<Rule> rules) {
        boolean ipv6Alone = rules.stream().allMatch(rule -> rule.whom().indexOf(':') >= 0);
        if (!mappedClients || !ipv6Alone) {
            return rules;
        }
        List<Rule> both = new ArrayList<>();
        for (Rule rule : rules) {
            both.add(rule);
            if (!rule.allow() && rule.whom().matches("::/[0-9]+")) {
                both.add(new Rule(
                        false, "0.0.0.0/0", List.of(), List.of(), "nginx: who comes as ::ffff:a.b.c.d is denied, too"));
            }
        }
        return both;
    }

    /** A group for an included file that does one thing; null if its lines have to stand in the list. */
    private @Nullable Rule group(Directive include) {
        List<Directive> lines = include.children();
        if (lines.isEmpty() || !lines.stream().allMatch(line -> isPlain(line, lines.get(0)))) {
            return null;
        }
        String file = lines.get(0).at().file();
        boolean allow = lines.get(0).name().equals("allow");
        String beside = include.beside();
        if (allow && eachOnItsLine(lines)) {
            return new Rule(true, names.ofFile(file), List.of(), include.above(), beside);
        }
        List<Rule> members = new ArrayList<>();
        read(lines, members);
        String name = names.ofAddresses("lines " + file, Names.base(file), members);
        return new Rule(allow, name, List.of(), include.above(), beside);
    }

    private static boolean isPlain(Directive line, Directive first) {
        Address address = isRule(line) ? Address.read(line.argument(0)) : null;
        return address != null
                && line.name().equals(first.name())
                && line.at().file().equals(first.at().file())
                && (address.is(Kind.IPV4) || address.is(Kind.IPV6))
                && !address.note().contains("decimal");
    }

    private static boolean eachOnItsLine(List<Directive> lines) {
        return lines.stream().map(line -> line.at().line()).distinct().count() == lines.size();
    }

    private static boolean isRule(Directive directive) {
        return directive.name().equals("allow") || directive.name().equals("deny");
    }
}
