package dev.ipgate.server;

import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.config.RuleSettings;
import dev.ipgate.config.Settings.Mode;
import dev.ipgate.config.SiteSettings;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.config.Whom;
import dev.ipgate.lists.Groups;
import dev.ipgate.net.AddressSet;
import dev.ipgate.policy.AccessPolicy;
import dev.ipgate.policy.Action;
import dev.ipgate.policy.PolicyReview;
import dev.ipgate.policy.Rule;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compiles sites and locations, and says what is odd about their rules. */
final class PlaceBuilder {

    private final Groups groups;
    private final AddressSet trusted;
    private final Problems problems;
    private final Instant now;
    private final List<Place> places;
    private final List<ListedRule> listed = new ArrayList<>();
    private final IdentityHashMap<RuleSettings, Rule> made = new IdentityHashMap<>();

    /**
     * Makes a builder.
     *
     * @param trustedProxies whom no rule should allow
     * @param now against which rules that end are judged
     * @param places where every place that is built is added, so that its index is its number
     */
    PlaceBuilder(Groups groups, List<Whom> trustedProxies, Problems problems, Instant now, List<Place> places) {
        this.groups = groups;
        this.trusted = groups.resolve(trustedProxies);
        this.problems = problems;
        this.now = now;
        this.places = places;
    }

    /** The rules of all places so far, by number. */
    List<ListedRule> listed() {
        return listed;
    }

    /** The place that is a whole site. */
    Place whole(SiteSettings site, String name) {
        AccessPolicy policy = policy(name, site.rules(), needsPassword(site.auth(), site.satisfy()));
        warnOfTrusted(rules(name, site.rules()), site.rules());
        return add(
                name,
                name,
                policy,
                site.auth(),
                site.satisfy(),
                site.mode() == Mode.REPORT,
                site.upstream(),
                new MlflowApi(site.staticPrefix()));
    }

    /**
     * A list that inherits nothing; null if there are no rules.
     *
     * @param deliberate whether nobody is surprised that the list lets everybody in
     */
    @Nullable
    AccessPolicy policy(String name, List<RuleSettings> settings, boolean deliberate) {
        if (settings.isEmpty()) {
            return null;
        }
        List<Rule> rules = rules(name, settings);
        review(rules, settings, deliberate);
        return AccessPolicy.compile(rules);
    }

    /**
     * A location: what it does not set itself comes from the one that it is in, or from the site.
     *
     * @param chain the location, behind those that it is in
     * @param around the place that it is in
     */
    Place part(SiteSettings site, Place around, List<LocationSettings> chain) {
        LocationSettings location = chain.get(chain.size() - 1);
        UpstreamSettings upstream = location.upstream() == null ? around.upstream() : location.upstream();
        String name = around.name() + (chain.size() == 1 ? " " : " > ") + location.path();
        return add(
                name,
                around.site(),
                policy(name, site, around, chain),
                location.auth(),
                location.satisfy(),
                around.reportOnly(),
                upstream,
                around.api());
    }

    private @Nullable AccessPolicy policy(String name, SiteSettings site, Place around, List<LocationSettings> chain) {
        LocationSettings location = chain.get(chain.size() - 1);
        List<RuleSettings> own = location.rules();
        if (own == null && location.before().isEmpty()) {
            return around.policy();
        }
        List<RuleSettings> inherited = site.rules();
        for (LocationSettings outer : chain.subList(0, chain.size() - 1)) {
            inherited = outer.rules() == null ? inherited : outer.rules();
        }
        List<Rule> rules = new ArrayList<>();
        for (LocationSettings each : chain) { // nothing within a location takes its access back
            rules.addAll(rules(name, each.before()));
        }
        if (own != null) {
            rules.addAll(reviewed(name, inherited, location, own));
        } else if (inherited.isEmpty()) { // a password alone decides, except about what is denied here
            rules.add(list(name, Action.ALLOW, "all", AddressSet.ALL, location.at()));
        } else {
            rules.addAll(rules(around.name(), inherited));
        }
        return AccessPolicy.compile(rules);
    }

    /** A location's own rules, which replace those around. Being wider than those is no surprise if it is deliberate. */
    private List<Rule> reviewed(
            String name, List<RuleSettings> around, LocationSettings location, List<RuleSettings> own) {
        List<Rule> rules = rules(name, own);
        boolean password = needsPassword(location.auth(), location.satisfy());
        boolean deliberate = location.match() == Match.EXACT || location.note() != null || password;
        review(rules, own, deliberate);
        if (!deliberate) {
            if (!around.isEmpty()) {
                PolicyReview.widerThan(rules(name, around), rules, now.getEpochSecond())
                        .ifPresent(finding -> warn(finding, own));
            }
            warnOfTrusted(rules, own);
        }
        return rules;
    }

    /** @param deliberate whether nobody is surprised that the list lets everybody in */
    private void review(List<Rule> rules, List<RuleSettings> settings, boolean deliberate) {
        for (PolicyReview.Finding finding : PolicyReview.of(rules, now.getEpochSecond())) {
            boolean top = PolicyReview.isAtTop(finding.rule(), rules);
            if (!(deliberate && top && letsEverybodyIn(finding.rule()))) {
                warn(finding, settings);
            }
        }
    }

    /** Whether the rules let nobody in who has no password besides. */
    static boolean needsPassword(@Nullable AuthSettings auth, Satisfy satisfy) {
        return auth != null && satisfy == Satisfy.ALL;
    }

    /**
     * A trusted proxy that is itself allowed lets in everybody whom it does not name. Where everybody is allowed anyway,
     * nothing is lost by that.
     */
    private void warnOfTrusted(List<Rule> rules, List<RuleSettings> settings) {
        // what the rules allow beyond a list that denies the proxies alone is: proxies
        List<Rule> proxiesOut = List.of(rule(Action.DENY, trusted), rule(Action.ALLOW, AddressSet.ALL));
        PolicyReview.widerThan(proxiesOut, rules, now.getEpochSecond())
                .map(PolicyReview.Finding::rule)
                .filter(rule -> !rule.addresses().covers(AddressSet.ALL))
                .ifPresent(rule -> warn(
                        new PolicyReview.Finding(
                                rule,
                                "\"" + rule
                                        + "\" allows a trusted proxy itself: whoever it forwards without naming them"
                                        + " passes as the proxy; allow clients only, or take it out of"
                                        + " client_address.trusted_proxies"),
                        settings));
    }

    private static Rule rule(Action action, AddressSet addresses) {
        return new Rule(-1, action, "", addresses, Set.of(), null, null, false, null, null, Position.of(""));
    }

    private boolean letsEverybodyIn(Rule rule) {
        return rule.action() == Action.ALLOW
                && rule.addresses().covers(AddressSet.ALL)
                && (rule.until() == null || now.isBefore(rule.until()));
    }

    private Place add(
            String name,
            String site,
            @Nullable AccessPolicy policy,
            @Nullable AuthSettings auth,
            Satisfy satisfy,
            boolean reportOnly,
            UpstreamSettings upstream,
            MlflowApi api) {
        boolean hostMatters = upstream.replacesHost() || upstream.originUpstream();
        Place place =
                new Place(name, site, places.size(), policy, auth, satisfy, reportOnly, upstream, hostMatters, api);
        places.add(place);
        return place;
    }

    /** Each rule is made once, though several places may have it. */
    private List<Rule> rules(String name, List<RuleSettings> settings) {
        return settings.stream()
                .map(rule -> made.computeIfAbsent(rule, unmade -> list(name, unmade)))
                .toList();
    }

    private Rule list(String name, RuleSettings rule) {
        Rule made = new Rule(
                listed.size(),
                rule.action(),
                rule.whom().stream().map(Whom::toString).collect(Collectors.joining(", ")),
                addresses(rule),
                rule.methods(),
                rule.access(),
                rule.until(),
                rule.report(),
                rule.note(),
                rule.owner(),
                rule.at());
        listed.add(new ListedRule(name, made));
        return made;
    }

    private Rule list(String name, Action action, String whom, AddressSet addresses, Position at) {
        Rule made = new Rule(listed.size(), action, whom, addresses, Set.of(), null, null, false, null, null, at);
        listed.add(new ListedRule(name, made));
        return made;
    }

    /** A trusted proxy on this machine stands for whomever it forwards without naming them, so it is not the machine. */
    private AddressSet addresses(RuleSettings rule) {
        List<Whom> whom = rule.whom();
        boolean allow = rule.action() == Action.ALLOW;
        if (!allow) {
            groups.whyUnread(whom).ifPresent(why -> unread(rule, why));
        }
        AddressSet named = allow ? groups.resolveAllowed(whom) : groups.resolve(whom);
        return whom.stream().anyMatch(Whom.AllButLoopback.class::isInstance)
                ? AddressSet.builder().addAll(named).addAll(trusted).build()
                : named;
    }

    private void unread(RuleSettings rule, String why) {
        String message = "denies whom it does not know yet, and would let them in: " + why;
        if (groups.unread() == Groups.Unread.REFUSED) {
            problems.error(rule.at(), rule.setting(), message);
        } else {
            problems.warning(rule.at(), rule.setting(), message);
        }
    }

    private void warn(PolicyReview.Finding finding, List<RuleSettings> settings) {
        String setting = settings.stream()
                .filter(rule -> rule.at().equals(finding.rule().origin()))
                .map(RuleSettings::setting)
                .findFirst()
                .orElse("");
        problems.warning(finding.rule().origin(), setting, finding.message());
    }
}
