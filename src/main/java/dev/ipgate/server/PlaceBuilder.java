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
import dev.ipgate.policy.Rule;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Compiles sites and locations. */
final class PlaceBuilder {

    private final Groups groups;
    private final AddressSet trusted;
    private final RulesReview review;
    private final Problems problems;
    private final List<Place> places;
    private final @Nullable String signIn;
    private final List<ListedRule> listed = new ArrayList<>();
    private final IdentityHashMap<RuleSettings, Rule> made = new IdentityHashMap<>();

    /**
     * Makes a builder.
     *
     * @param trusted the trusted proxies
     * @param review says what is odd about rules
     * @param places where every place that is built is added, so that its index is its number
     * @param signIn the path of the page where people sign in; null if there is none
     */
    PlaceBuilder(
            Groups groups,
            AddressSet trusted,
            RulesReview review,
            Problems problems,
            List<Place> places,
            @Nullable String signIn) {
        this.groups = groups;
        this.trusted = trusted;
        this.review = review;
        this.problems = problems;
        this.places = places;
        this.signIn = signIn;
    }

    /** The rules of all places so far, by number. */
    List<ListedRule> listed() {
        return listed;
    }

    /** The place that is a whole site. */
    Place whole(SiteSettings site, String name) {
        AccessPolicy policy = policy(name, site.rules(), needsPassword(site.auth(), site.satisfy()));
        review.trusted(rules(name, site.rules()), site.rules());
        return add(
                name,
                name,
                policy,
                site.auth(),
                site.satisfy(),
                site.mode() == Mode.REPORT,
                site.upstream(),
                new MlflowApi(site.staticPrefix()),
                letsGrantedIn(site.rules()));
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
        review.list(rules, settings, deliberate);
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
                around.api(),
                letsGrantedIn(site, chain));
    }

    /** Whether anybody can sign in to somewhere in this location. */
    private boolean letsGrantedIn(SiteSettings site, List<LocationSettings> chain) {
        List<RuleSettings> inForce = site.rules();
        for (LocationSettings each : chain) {
            inForce = each.rules() == null ? inForce : each.rules();
        }
        return letsGrantedIn(inForce) || chain.stream().anyMatch(each -> letsGrantedIn(each.before()));
    }

    private static boolean letsGrantedIn(List<RuleSettings> rules) {
        return rules.stream().anyMatch(RuleSettings::namesGranted);
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
        review.list(rules, own, deliberate);
        if (!deliberate) {
            review.wider(rules(name, around), rules, own);
            review.trusted(rules, own);
        }
        return rules;
    }

    /** Whether the rules let nobody in who has no password besides. */
    static boolean needsPassword(@Nullable AuthSettings auth, Satisfy satisfy) {
        return auth != null && satisfy == Satisfy.ALL;
    }

    private Place add(
            String name,
            String site,
            @Nullable AccessPolicy policy,
            @Nullable AuthSettings auth,
            Satisfy satisfy,
            boolean reportOnly,
            UpstreamSettings upstream,
            MlflowApi api,
            boolean letsGrantedIn) {
        boolean hostMatters = upstream.replacesHost() || upstream.originUpstream();
        Place place = new Place(
                name,
                site,
                places.size(),
                policy,
                auth,
                satisfy,
                reportOnly,
                upstream,
                hostMatters,
                api,
                letsGrantedIn ? signIn : null);
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
}
