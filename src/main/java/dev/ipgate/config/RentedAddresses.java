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

/** Warns where addresses that any stranger can rent for an hour open the gate. */
final class RentedAddresses {

    private final Map<String, GroupSettings> groups;
    private final Problems problems;

    RentedAddresses(Map<String, GroupSettings> groups, Problems problems) {
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
            String landlord = landlord(one, new HashSet<>());
            if (landlord != null) {
                warn(one.at(), "client_address.trusted_proxies", one, landlord, "claim any client's; name your own");
            }
        }
    }

    private void review(List<RuleSettings> rules, boolean askedForMore) {
        for (RuleSettings rule : rules) {
            if (rule.action() == Action.DENY || askedForMore) {
                continue;
            }
            for (Whom one : rule.whom()) {
                String landlord = landlord(one, new HashSet<>());
                if (landlord != null) {
                    warn(
                            one.at(),
                            rule.setting() + ".allow",
                            one,
                            landlord,
                            "come in; ask for a password too, with auth");
                }
            }
        }
    }

    private void warn(Position at, String setting, Whom whom, String landlord, String what) {
        problems.warning(at, setting, "\"" + whom + "\": anybody can rent an address of " + landlord + ", and " + what);
    }

    private static boolean asksForMore(@Nullable AuthSettings auth, Satisfy satisfy) {
        return auth != null && satisfy == Satisfy.ALL;
    }

    /** Who rents out addresses that are in the group, looked for in the groups in it, too; null if nobody does. */
    private @Nullable String landlord(Whom whom, Set<String> seen) {
        GroupSettings group =
                whom instanceof Whom.Group named && seen.add(named.name()) ? groups.get(named.name()) : null;
        if (group == null) {
            return null;
        }
        for (KnownList list : KnownList.values()) {
            if (list.landlord() != null && list.isReadBy(group.source())) {
                return list.landlord();
            }
        }
        for (Whom member : group.members()) {
            String landlord = landlord(member, seen);
            if (landlord != null) {
                return landlord;
            }
        }
        return null;
    }
}
