package dev.ipgate.server;

import dev.ipgate.config.LocationSettings;
import dev.ipgate.config.LocationSettings.Match;
import dev.ipgate.config.RuleSettings;
import dev.ipgate.config.SiteSettings;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.config.Whom;
import dev.ipgate.lists.Groups;
import dev.ipgate.policy.AccessPolicy;
import dev.ipgate.policy.PolicyReview;
import dev.ipgate.policy.Rule;
import dev.ipgate.problem.Problems;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;

/** Compiles sites and locations, and says what is odd about their rules. */
final class PlaceBuilder {

    private final Groups groups;
    private final Problems problems;
    private final Instant now;
    private final List<Place> places;

    /**
     * Makes a builder.
     *
     * @param now against which rules that end are judged
     * @param places where every place that is built is added, so that its index is its number
     */
    PlaceBuilder(Groups groups, Problems problems, Instant now, List<Place> places) {
        this.groups = groups;
        this.problems = problems;
        this.now = now;
        this.places = places;
    }

    /** The place that is a whole site. */
    Place whole(SiteSettings site, String name) {
        List<Rule> rules = rules(site.rules());
        for (PolicyReview.Finding finding : PolicyReview.of(rules, now.getEpochSecond())) {
            warn(finding, site.rules());
        }
        return add(name, AccessPolicy.compile(rules), site.upstream());
    }

    /** A location: what it does not set itself comes from the site. */
    Place part(SiteSettings site, Place whole, LocationSettings location) {
        UpstreamSettings upstream = location.upstream() == null ? whole.upstream() : location.upstream();
        AccessPolicy policy = whole.policy();
        if (location.rules() != null) {
            List<Rule> rules = rules(location.rules());
            boolean deliberate = location.match() == Match.EXACT || location.note() != null;
            for (PolicyReview.Finding finding : PolicyReview.of(rules, now.getEpochSecond())) {
                warn(finding, location.rules());
            }
            if (!deliberate) {
                PolicyReview.widerThan(rules(site.rules()), rules, now.getEpochSecond())
                        .ifPresent(finding -> warn(finding, location.rules()));
            }
            policy = AccessPolicy.compile(rules);
        }
        return add(whole.name() + " " + location.path(), policy, upstream);
    }

    private Place add(String name, AccessPolicy policy, UpstreamSettings upstream) {
        boolean hostMatters = upstream.fixedHost() != null || upstream.originUpstream();
        Place place = new Place(name, places.size(), policy, upstream, hostMatters);
        places.add(place);
        return place;
    }

    private List<Rule> rules(List<RuleSettings> settings) {
        return settings.stream()
                .map(rule -> new Rule(
                        rule.action(),
                        rule.whom().stream().map(Whom::toString).collect(Collectors.joining(", ")),
                        groups.resolve(rule.whom()),
                        rule.methods(),
                        rule.until(),
                        rule.note(),
                        rule.at()))
                .toList();
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
