package dev.ipgate.server;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.AccessPolicy;
import dev.ipgate.policy.Decision;
import dev.ipgate.problem.Position;
import org.jspecify.annotations.Nullable;

/**
 * What a site makes of a client that connects by itself and asks for its front page, as far as the address decides: by this
 * the operator tells whether a conf file locks somebody out.
 *
 * @param site the site's name
 * @param word allow, deny, would-deny, or password where that decides
 * @param reason which rule decided, or what else
 * @param at where that rule stands; null if it was none
 */
public record Standing(
        String site,
        IpAddress client,
        String word,
        String reason,
        @Nullable Position at) {

    private static final String METHOD = "GET";
    private static final String PATH = "/";

    /**
     * How an address stands.
     *
     * @param entrance the place of a site's front page
     * @param now seconds since the epoch
     */
    static Standing of(Place entrance, IpAddress client, long now) {
        AccessPolicy policy = entrance.policy();
        if (policy == null) {
            return new Standing(entrance.site(), client, "password", "a password alone decides", null);
        }
        Decision decision = policy.decide(METHOD, access(entrance, policy), client, now);
        return new Standing(
                entrance.site(),
                client,
                word(entrance, decision),
                decision.reason(),
                decision.rule() == null ? null : decision.rule().origin());
    }

    private static String word(Place entrance, Decision decision) {
        boolean denied = !decision.allowed();
        if (denied && !entrance.needsAddress()) {
            return "password";
        }
        if (denied) {
            return entrance.reportOnly() ? "would-deny" : "deny";
        }
        if (decision.onTrial() != null) {
            return "would-deny";
        }
        return entrance.auth() != null && entrance.needsAddress() ? "password" : "allow";
    }

    /** The lowest of some addresses that is refused, IPv4 before IPv6, and how it stands; null if none is. */
    static @Nullable Standing firstRefused(Place entrance, AddressSet clients, long now) {
        AccessPolicy policy = entrance.policy();
        if (policy == null || entrance.reportOnly() || !entrance.needsAddress()) {
            return null; // nobody is refused for the address
        }
        IpAddress denied = policy.firstDenied(METHOD, access(entrance, policy), clients, now);
        return denied == null ? null : of(entrance, denied, now);
    }

    private static Access access(Place entrance, AccessPolicy policy) {
        return policy.asksForAccess() ? entrance.api().access(METHOD, PATH) : Access.WRITE;
    }

    /** The place of a site's front page. */
    static @Nullable Place entrance(Site site) {
        return site.locations().choose(PATH);
    }

    /** Whether the client would get 403. */
    public boolean isRefused() {
        return word.equals("deny");
    }

    /** The whole of it: {@code rule "deny all" at ipgate.yaml:12, in the default site}. */
    public String text() {
        return reason + (site.equals(Site.UNNAMED) ? ", in the default site" : ", in the site " + site);
    }
}
