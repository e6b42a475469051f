package dev.ipgate.server;

import static java.util.stream.Collectors.joining;

import dev.ipgate.config.AdminSettings;
import dev.ipgate.config.ClientAddressSettings;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.RuleSettings;
import dev.ipgate.config.Settings;
import dev.ipgate.config.SiteSettings;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What a reload changed, in one line: {@code +2 rules, -1 rule}. Where a thing stands in the file does not matter. */
final class Changes {

    /** A rule without its position, so that a new line above it changes nothing. */
    private record Line(String place, String text) {}

    /** A location under a name that does not depend on where it stands. */
    private record Part(String name, LocationSettings location) {}

    private final Settings old;
    private final Settings next;
    private final List<String> said = new ArrayList<>();

    private Changes(Settings old, Settings next) {
        this.old = old;
        this.next = next;
    }

    /**
     * Compares two readings of the conf file.
     *
     * @param added what is listened on anew
     * @param removed what is listened on no more
     */
    static String between(Settings old, Settings next, List<String> added, List<String> removed) {
        Changes changes = new Changes(old, next);
        changes.compareRules();
        added.forEach(name -> changes.said.add("listening on " + name));
        removed.forEach(name -> changes.said.add("no longer listening on " + name));
        changes.compareListeners();
        changes.compare("auth", Changes::auths);
        changes.compare("hosts", settings -> sites(settings).map(SiteSettings::hosts));
        changes.compare("locations", settings -> parts(settings).map(Part::name));
        changes.compare("groups", Changes::groups);
        changes.compare("client_address", settings -> clientAddress(settings.clientAddress()));
        changes.compare(
                "upstream",
                settings -> Stream.concat(
                        sites(settings).map(SiteSettings::upstream),
                        parts(settings).map(part -> part.location().upstream()).filter(Objects::nonNull)));
        changes.compare("limits", settings -> Stream.of(settings.limits()));
        changes.compare("access_log", settings -> Stream.of(settings.accessLog()));
        changes.compare(
                "mode",
                settings -> Stream.concat(
                        Stream.of(settings.mode()), sites(settings).map(site -> name(site) + " " + site.mode())));
        changes.compare(
                "guard", settings -> sites(settings).map(site -> name(site) + " " + site.guard())); // without positions
        changes.compare("admin", settings -> admin(settings.admin()));
        changes.compare("control", settings -> Stream.ofNullable(settings.control()));
        return changes.said.isEmpty() ? "same settings, list files read again" : String.join(", ", changes.said);
    }

    private void compare(String name, Function<Settings, Stream<?>> part) {
        if (!part.apply(old).toList().equals(part.apply(next).toList())) {
            said.add(name + " changed");
        }
    }

    /** What is special about the listeners that stay; those that come and go are named one by one. */
    private void compareListeners() {
        Map<InetSocketAddress, ListenSettings> before = new HashMap<>();
        old.listen().forEach(listen -> before.put(listen.address(), listen));
        boolean changed = next.listen().stream().anyMatch(listen -> {
            ListenSettings known = before.get(listen.address());
            return known != null && !known.isLike(listen);
        });
        if (changed) {
            said.add("listen changed");
        }
    }

    private void compareRules() {
        List<Line> before = rules(old);
        List<Line> after = rules(next);
        List<Line> added = without(after, before);
        List<Line> removed = without(before, after);
        count("+", added.size());
        count("-", removed.size());
        if (!without(after, added).equals(without(before, removed))) {
            said.add("rules in another order");
        }
    }

    private void count(String sign, int rules) {
        if (rules > 0) {
            said.add(sign + rules + (rules == 1 ? " rule" : " rules"));
        }
    }

    /** What is in the first list more often than in the second, in the order of the first. */
    private static List<Line> without(List<Line> all, List<Line> taken) {
        Map<Line, Integer> left = new HashMap<>();
        taken.forEach(line -> left.merge(line, 1, Integer::sum));
        return all.stream()
                .filter(line -> left.merge(line, -1, Integer::sum) < 0)
                .toList();
    }

    /** Every rule; each list in its order, the lists in one that does not depend on the file. */
    private static List<Line> rules(Settings settings) {
        return sites(settings)
                .flatMap(site -> Stream.concat(
                        site.rules().stream().map(rule -> line(name(site), rule)),
                        parts(site)
                                .flatMap(part -> Stream.ofNullable(
                                                part.location().rules())
                                        .flatMap(List::stream)
                                        .map(rule -> line(name(site) + part.name(), rule)))))
                .sorted(Comparator.comparing(Line::place))
                .toList();
    }

    private static Line line(String place, RuleSettings rule) {
        return new Line(place, text(rule));
    }

    private static String text(RuleSettings rule) {
        return rule.action() + " " + rule.whom() + " "
                + rule.methods().stream().sorted().toList() + " " + rule.access() + " " + rule.until() + " "
                + (rule.report() ? "report " : "") + rule.note() + " " + rule.owner();
    }

    private static String name(SiteSettings site) {
        return site.hosts().isEmpty() ? "" : site.hosts().get(0);
    }

    private static String path(LocationSettings location) {
        return location.match() + " " + location.path() + (location.beforeRegex() ? " before_regex" : "")
                + (location.ignoreCase() ? " ignore_case" : "")
                + location.before().stream()
                        .map(rule -> " " + rule.action() + " " + rule.whom() + " " + rule.access())
                        .collect(joining());
    }

    /** Every place that asks for a password, and how. */
    private static Stream<?> auths(Settings settings) {
        return sites(settings)
                .flatMap(site -> Stream.concat(
                        Stream.ofNullable(site.auth())
                                .map(auth -> name(site) + " " + site.satisfy() + " " + auth.text()),
                        parts(site)
                                .flatMap(part -> Stream.ofNullable(
                                                part.location().auth())
                                        .map(auth -> name(site) + part.name() + " "
                                                + part.location().satisfy() + " " + auth.text()))));
    }

    private static Stream<?> admin(@Nullable AdminSettings admin) {
        return admin == null
                ? Stream.of()
                : Stream.of(
                        admin.listen().address(),
                        Optional.ofNullable(admin.listen().tls()),
                        admin.rules().stream().map(Changes::text).toList(),
                        admin.auth() == null ? "" : admin.auth().text(),
                        admin.satisfy(),
                        admin.hosts());
    }

    private static Stream<?> groups(Settings settings) {
        return settings.groups().entrySet().stream()
                .map(group -> group.getKey() + " " + group.getValue().members() + " "
                        + group.getValue().source())
                .sorted();
    }

    private static Stream<?> clientAddress(ClientAddressSettings address) {
        return Stream.of(
                address.trustedProxies().toString(), // without positions
                address.header(),
                address.recursive(),
                address.keepMalformed(),
                address.ignoreUntrustedForwarder());
    }

    private static Stream<Part> parts(Settings settings) {
        return sites(settings).flatMap(Changes::parts);
    }

    private static Stream<Part> parts(SiteSettings site) {
        return site.locations().stream().flatMap(location -> parts("", location));
    }

    /** A location, and those within it. */
    private static Stream<Part> parts(String around, LocationSettings location) {
        String name = around + " " + path(location);
        return Stream.concat(
                Stream.of(new Part(name, location)), location.nested().stream().flatMap(inner -> parts(name, inner)));
    }

    private static Stream<SiteSettings> sites(Settings settings) {
        return Stream.concat(Stream.ofNullable(settings.defaultSite()), settings.sites().stream());
    }
}
