package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.policy.Decision;
import org.jspecify.annotations.Nullable;

/**
 * What the gate makes of a request: it passes to a place, or it is refused and why.
 *
 * @param client how the client's address was found
 * @param place which site and location it is for; null if it got no further than its address, Host or path
 * @param decision what the rules say; null if they were not asked
 * @param refusal why it is refused; null if it passes
 * @param detail what the refusal is about, for the page and the log; may hold text from the request
 */
public record Verdict(
        ClientAddress client,
        @Nullable Place place,
        @Nullable Decision decision,
        @Nullable Refusal refusal,
        String detail) {

    /** A limit that a request goes over. */
    record Excess(Refusal refusal, String limit) {}

    static Verdict pass(ClientAddress client, Place place, Decision decision) {
        return new Verdict(client, place, decision, null, "");
    }

    static Verdict refuse(ClientAddress client, Refusal refusal, String detail) {
        return new Verdict(client, null, null, refusal, detail);
    }

    Verdict refusedFor(Excess excess) {
        return new Verdict(client, place, decision, excess.refusal, excess.limit);
    }

    public boolean passes() {
        return refusal == null;
    }

    /** The place of a request that passes. */
    Place entered() {
        if (place == null || refusal != null) {
            throw new IllegalStateException("a refused request enters nothing");
        }
        return place;
    }

    /** The rules deny the client, but {@code mode: report} lets it pass. */
    public boolean onlyReported() {
        return passes() && decision != null && !decision.allowed();
    }

    /** One word for the log: allow, deny, would-deny, or the refusal's own name. */
    public String word() {
        if (refusal != null) {
            return refusal == Refusal.DENIED ? "deny" : refusal.key();
        }
        return onlyReported() ? "would-deny" : "allow";
    }

    /** The whole reason, the one that the log gives and {@code explain} prints. */
    public String reason() {
        if (refusal == null || refusal == Refusal.DENIED) {
            return decision == null ? detail : decision.reason();
        }
        return switch (refusal) {
            case UNKNOWN_HOST -> "the Host \"" + detail + "\" is in no hosts";
            case FOREIGN_ORIGIN ->
                "the Origin \"" + detail + "\" is another site's, and the request may change something";
            default -> detail;
        };
    }

    /** Whether the rules were the last to speak, be it for or against. */
    public boolean isByRules() {
        return decision != null && (refusal == null || refusal == Refusal.DENIED);
    }
}
