package dev.ipgate.config;

import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.policy.Action;
import dev.ipgate.policy.Satisfy;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Warns where addresses that anybody can come by open the gate: rented for an hour, or of a whole country. */
final class AnybodysAddresses {

    private final Map<String, GroupSettings> groups;
    private final Problems problems;

    AnybodysAddresses(Map<String, GroupSettings> groups, Problems problems) {
        this.groups = groups;
        this.problems = problems;
    }

    /** Looks at every allow of a site that opens by itself, without a password besides. */
    void review(SiteSettings site) {
        review(site.rules(), asksForMore(site.auth(), site.satisfy()));
        site.locations().stream().flatMap(LocationSettings::withNested).forEach(location -> {
            List<RuleSettings> own = location.rules();
            review(own == null ? List.of() : own, asksForMore(location.auth(), location.satisfy()));
        });
    }

    /** Looks at {@code trusted_proxies}: a stranger among them can claim any address. */
    void review(ClientAddressSettings clientAddress) {
        for (Whom one : clientAddress.trustedProxies()) {
            String how = how(one, new HashSet<>());
            if (how != null) {
                warn(one.at(), "client_address.trusted_proxies", one, how, "claim any client's; name your own");
            }
        }
    }

    private void review(List<RuleSettings> rules, boolean askedForMore) {
        for (RuleSettings rule : rules) {
            if (rule.action() == Action.DENY || askedForMore) {
                continue;
            }
            for (Whom one : rule.whom()) {
                String how = how(one, new HashSet<>());
                if (how != null) {
                    warn(one.at(), rule.setting() + ".allow", one, how, "come in; ask for a password too, with auth");
                }
            }
        }
    }

    private void warn(Position at, String setting, Whom whom, String how, String what) {
        problems.warning(at, setting, "\"" + whom + "\": anybody can " + how + ", and " + what);
    }

    private static boolean asksForMore(@Nullable AuthSettings auth, Satisfy satisfy) {
        return auth != null && satisfy == Satisfy.ALL;
    }

    /** How anybody comes by an address in the group, looked for in the groups in it, too; null if not everybody can. */
    private @Nullable String how(Whom whom, Set<String> seen) {
        GroupSettings group =
                whom instanceof Whom.Group named && seen.add(named.name()) ? groups.get(named.name()) : null;
        if (group == null) {
            return null;
        }
        for (KnownList list : KnownList.values()) {
            if (list.landlord() != null && list.isReadBy(group.source())) {
                return "rent an address of " + list.landlord();
            }
        }
        if (group.source() instanceof GroupSource.GeoIp database) {
            return database.countries().isEmpty()
                    ? "become a customer of " + database.names()
                    : "have an address of " + database.names() + ", by a VPN if not by being there";
        }
        for (Whom member : group.members()) {
            String how = how(member, seen);
            if (how != null) {
                return how;
            }
        }
        return null;
    }
}
