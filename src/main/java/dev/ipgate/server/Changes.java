package dev.ipgate.server;

import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.RuleSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.config.SiteSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** What a reload changed, in one line: {@code +2 rules, -1 rule}. */
final class Changes {

    private final List<String> said = new ArrayList<>();

    private Changes() {}

    static String between(Settings old, Settings next, Listeners.Change listeners) {
        Changes changes = new Changes();
        List<String> before = rules(old);
        List<String> after = rules(next);
        changes.count("+", without(after, before), "rule");
        changes.count("-", without(before, after), "rule");
        listeners.added().forEach(name -> changes.said.add("listening on " + name));
        listeners.removed().forEach(name -> changes.said.add("no longer listening on " + name));
        changes.compare("groups", old.groups().keySet(), next.groups().keySet());
        changes.compare("client_address", plain(old.clientAddress()), plain(next.clientAddress()));
        changes.compare("upstream", upstreams(old), upstreams(next));
        changes.compare("limits", old.limits(), next.limits());
        changes.compare("access_log", old.accessLog(), next.accessLog());
        changes.compare("mode", old.mode(), next.mode());
        changes.compare("control", Objects.toString(old.control()), Objects.toString(next.control()));
        return changes.said.isEmpty() ? "same settings, list files read again" : String.join(", ", changes.said);
    }

    private void count(String sign, List<String> rules, String what) {
        if (!rules.isEmpty()) {
            said.add(sign + rules.size() + " " + what + (rules.size() == 1 ? "" : "s"));
        }
    }

    private void compare(String name, Object old, Object next) {
        if (!old.equals(next)) {
            said.add(name + " changed");
        }
    }

    /** What is in the first list more often than in the second. */
    private static List<String> without(List<String> all, List<String> taken) {
        List<String> rest = new ArrayList<>(all);
        taken.forEach(rest::remove);
        return rest;
    }

    /** Every rule as a text without its position, so that a new line above it changes nothing. */
    private static List<String> rules(Settings settings) {
        return sites(settings)
                .flatMap(site -> Stream.concat(
                        site.rules().stream().map(rule -> text(site, "", rule)),
                        site.locations().stream()
                                .flatMap(location -> Stream.ofNullable(location.rules())
                                        .flatMap(List::stream)
                                        .map(rule -> text(site, location.path(), rule)))))
                .toList();
    }

    private static String text(SiteSettings site, String path, RuleSettings rule) {
        return site.hosts() + " " + path + " " + rule.action() + " " + rule.whom() + " "
                + rule.methods().stream().sorted().toList() + " " + rule.until() + " " + rule.note();
    }

    private static List<Object> upstreams(Settings settings) {
        return sites(settings)
                .flatMap(site -> Stream.concat(
                        Stream.of(site.upstream()),
                        site.locations().stream()
                                .map(LocationSettings::upstream)
                                .filter(Objects::nonNull)))
                .map(Object.class::cast)
                .toList();
    }

    private static String plain(Object clientAddress) {
        return clientAddress.toString().replaceAll("Position\\[[^]]*]", "");
    }

    private static Stream<SiteSettings> sites(Settings settings) {
        return Stream.concat(Stream.ofNullable(settings.defaultSite()), settings.sites().stream());
    }
}
