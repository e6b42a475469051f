package dev.ipgate.server;

import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.Access;
import dev.ipgate.policy.AccessPolicy;
import dev.ipgate.policy.Decision;
import dev.ipgate.policy.Entry;
import dev.ipgate.policy.Satisfy;
import org.jspecify.annotations.Nullable;

/**
 * A site, or a location of one: who may enter, and which app is behind.
 *
 * @param name for {@code explain}: the location's pattern, or the site's name
 * @param site the name of the site that it is, or is of
 * @param number its number in the snapshot, from 0
 * @param policy which addresses may enter; null where a password alone decides
 * @param auth how a password is asked for; null if it is not
 * @param satisfy whether both the address and the password have to let a client in, or one of them
 * @param reportOnly whether nobody is refused for an address
 * @param upstream the app
 * @param hostMatters whether only known Hosts may pass, because the app sees another Host or Origin than the browser's
 * @param api tells what a request does to the app
 * @param signIn the path of the page where whoever is kept out can sign in; null where no rule lets the granted in
 */
public record Place(
        String name,
        String site,
        int number,
        @Nullable AccessPolicy policy,
        @Nullable AuthSettings auth,
        Satisfy satisfy,
        boolean reportOnly,
        UpstreamSettings upstream,
        boolean hostMatters,
        MlflowApi api,
        @Nullable String signIn) {

    public Place {
        if (policy == null && auth == null) {
            throw new IllegalArgumentException("the place " + name + " has no door");
        }
    }

    /** Whether nobody enters whose address the rules deny. */
    boolean needsAddress() {
        return auth == null || satisfy == Satisfy.ALL;
    }

    /** What is left to decide once the address has been judged; the decision is null if there are no rules to judge it by. */
    Entry entry(@Nullable Decision decision) {
        if (auth == null) {
            return decision != null && decision.allowed() ? Entry.OPEN : Entry.CLOSED;
        }
        return decision == null ? Entry.PASSWORD : satisfy.afterAddress(decision.allowed());
    }

    /** What a request does to the app, if the rules here ask for that; else null. */
    public @Nullable Access access(Request request) {
        if (policy == null || !policy.asksForAccess()) {
            return null;
        }
        return request.asksForWebSocket() ? Access.WRITE : api.access(request.method(), request.path());
    }

    /**
     * The path that the app gets.
     *
     * @param raw as it was sent, without the query
     * @return null if it cannot be told for sure, so that the request is to be refused with 400
     */
    public @Nullable String appPath(String raw) {
        return upstream.replacedPath() == null ? raw : AppPath.of(upstream.replacedPath(), raw);
    }

    /** What the rules say; null if there are none. */
    @Nullable
    Decision decide(Request request, IpAddress client, long now) {
        if (policy == null) {
            return null;
        }
        Access access = access(request);
        return policy.decide(request.method(), access == null ? Access.WRITE : access, client, now);
    }
}
