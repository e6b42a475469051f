package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.config.AuthSettings;
import dev.ipgate.policy.Decision;
import dev.ipgate.policy.Rule;
import org.jspecify.annotations.Nullable;

/**
 * What the gate makes of a request: it passes to a place, or a password decides, or it is refused and why, or answered
 * here.
 *
 * @param client how the client's address was found
 * @param place which site and location it is for; null if it got no further than its address, Host or path
 * @param decision what the rules say; null if they were not asked
 * @param asksPassword whether a password decides, which has not been looked at
 * @param user who has shown the right password; null if nobody was asked
 * @param certified whether it passes by the client's certificate alone
 * @param refusal why it is refused; null if it passes, or if a password decides
 * @param detail what the refusal is about, for the page and the log; may hold text from the request
 */
public record Verdict(
        ClientAddress client,
        @Nullable Place place,
        @Nullable Decision decision,
        boolean asksPassword,
        @Nullable String user,
        boolean certified,
        @Nullable Refusal refusal,
        String detail) {

    /** A limit that a request goes over. */
    record Excess(Refusal refusal, String limit) {}

    static Verdict pass(ClientAddress client, Place place, @Nullable Decision decision) {
        return new Verdict(client, place, decision, false, null, false, null, "");
    }

    static Verdict certified(ClientAddress client, Place place, @Nullable Decision decision) {
        return new Verdict(client, place, decision, false, null, true, null, "");
    }

    static Verdict ask(ClientAddress client, Place place, @Nullable Decision decision) {
        return new Verdict(client, place, decision, true, null, false, null, "");
    }

    /** What the gate answers itself and to anybody; no rule is asked. */
    static Verdict answeredHere(ClientAddress client, String what) {
        return new Verdict(client, null, null, false, null, false, null, what);
    }

    /** What the rules of the gate's own pages let in. */
    static Verdict passHere(ClientAddress client, @Nullable Decision decision) {
        return new Verdict(client, null, decision, false, null, false, null, "");
    }

    /** The gate's own pages, where a password decides. */
    static Verdict askHere(ClientAddress client, @Nullable Decision decision) {
        return new Verdict(client, null, decision, true, null, false, null, "");
    }

    static Verdict refuse(ClientAddress client, Refusal refusal, String detail) {
        return refuse(client, null, null, refusal, detail);
    }

    static Verdict refuse(
            ClientAddress client, @Nullable Place place, @Nullable Decision decision, Refusal refusal, String detail) {
        return new Verdict(client, place, decision, false, null, false, refusal, detail);
    }

    Verdict refusedFor(Excess excess) {
        return refuse(client, place, decision, excess.refusal, excess.limit);
    }

    /** The same where a password decided, and let nobody in. */
    Verdict withoutPassword(Refusal why, String reason) {
        return refuse(client, place, decision, why, reason);
    }

    /** The same where a password decided, and was right. */
    Verdict enteredBy(String verified) {
        return new Verdict(client, place, decision, false, verified, false, null, "");
    }

    /** The same with the detail cut short. */
    Verdict withDetail(String shorter) {
        return shorter.equals(detail)
                ? this
                : new Verdict(client, place, decision, asksPassword, user, certified, refusal, shorter);
    }

    public boolean passes() {
        return refusal == null && !asksPassword;
    }

    /** The place of a request that passes, or whose password decides. */
    Place entered() {
        if (place == null || refusal != null) {
            throw new IllegalStateException("a refused request enters nothing");
        }
        return place;
    }

    /** It passes, and would not if its place and all rules there were in force: see {@link #isOnTrial}. */
    public boolean onlyReported() {
        return passes() && isOnTrial();
    }

    /** The address is denied for good, but {@code mode: report} or that of a rule takes no notice of it. */
    public boolean isOnTrial() {
        boolean byPassword = asksPassword || user != null;
        return refusal == null
                && place != null
                && decision != null
                && (decision.onTrial() != null || !decision.allowed())
                && !certified
                && (!byPassword || place.needsAddress());
    }

    /** The rule to look at: the one that denies on trial, or else the one that decides; null if there is neither. */
    public @Nullable Rule rule() {
        if (decision == null) {
            return null;
        }
        return decision.onTrial() != null && isOnTrial() ? decision.onTrial() : decision.rule();
    }

    /** One word for the log: allow, deny, would-deny, password, here, or the refusal's own name. */
    public String word() {
        if (refusal != null) {
            return refusal == Refusal.DENIED ? "deny" : refusal.key();
        }
        if (asksPassword) {
            return "password";
        }
        if (place == null) {
            return "here";
        }
        return onlyReported() ? "would-deny" : "allow";
    }

    /** The whole reason, the one that the log gives and {@code explain} prints. */
    public String reason() {
        if (refusal == null || refusal == Refusal.DENIED) {
            String address = decision == null ? detail : decision.reason();
            if (certified) {
                String certificate = "the client's certificate";
                return address.isEmpty() ? certificate : address + ", but " + certificate + " is enough";
            }
            AuthSettings auth = place == null ? null : place.auth();
            if (auth == null || !(asksPassword || user != null)) {
                return address;
            }
            String password = "the password of auth at " + auth.at().fileAndLine();
            return address.isEmpty() ? password : address + ", then " + password;
        }
        return switch (refusal) {
            case UNKNOWN_HOST -> "the Host \"" + detail + "\" is in no hosts";
            case OTHER_SITE -> "the Host \"" + detail + "\" is not of the site for which TLS was set up";
            case FOREIGN_ORIGIN ->
                "the Origin \"" + detail + "\" is another site's, and the request may change something";
            case BAD_METHOD -> "the method \"" + detail + "\" is not for here";
            case HEAD_TOO_LARGE -> "its header section is over " + detail;
            case BODY_TOO_LARGE -> "its body is over " + detail;
            default -> detail;
        };
    }

    /** Whether the rules were the last to speak, be it for or against. */
    public boolean isByRules() {
        return decision != null
                && user == null
                && !certified
                && !asksPassword
                && (refusal == null || refusal == Refusal.DENIED);
    }
}
