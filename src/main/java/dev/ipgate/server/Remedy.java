package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import org.jspecify.annotations.Nullable;

/** What the operator can do about a denial. */
public final class Remedy {

    private Remedy() {}

    /** The rule that would let the client in, as a line of the conf file; null where no rule would. */
    static @Nullable String line(IpAddress client, Explanation why) {
        return isByRules(why) ? "- allow: " + whom(client.toString()) : null;
    }

    /** Whether the rules have denied it, or would have. */
    private static boolean isByRules(Explanation why) {
        return why.refusal() == Refusal.DENIED || why.refusal() == null;
    }

    /** An address as a rule of the conf file has it: IPv6 in quotes, since YAML wants them. */
    public static String whom(String address) {
        return address.indexOf(':') >= 0 ? '"' + address + '"' : address;
    }

    /** What helps, in a sentence or two. */
    static String text(Explanation why) {
        Refusal refusal = why.refusal();
        if (refusal == null) {
            return "It was let in, as the denial is only reported. The line would let it in afterwards, too.";
        }
        return switch (refusal) {
            case DENIED ->
                why.position() == null
                        ? "To let it in, add the line to the rules."
                        : "To let it in, put the line above " + why.position() + ".";
            case NO_PASSWORD, WRONG_PASSWORD -> "No rule helps: it needs the right password (ipgate passwd sets one).";
            case TOO_MANY_PASSWORDS -> "No rule helps: too many wrong passwords; it may try again in a while.";
            case NO_CERTIFICATE -> "It needs a client certificate that client_ca_file knows.";
            case NO_ADDRESS -> "No rule helps: the header that the proxy sent holds something that is no address.";
            case UNTRUSTED_PROXY ->
                "No rule helps: a proxy forwards it. If the proxy is yours, name it in client_address.trusted_proxies.";
            case NEEDS_HTTPS ->
                "It signs in over plain http. If a proxy of yours speaks https, name it in client_address.trusted_proxies and"
                        + " have it send X-Forwarded-Proto.";
            case HIDDEN_CLIENT ->
                "It signs in through a proxy that hides its address. If the proxy is yours, name it in"
                        + " client_address.trusted_proxies and have it send X-Forwarded-For.";
            case NOT_SIGNED_IN -> "It needs the right password (ipgate passwd sets one), or an invite (ipgate invite).";
            case INVITE_SPENT -> "Its invite is not good, or no more: ipgate invite makes another.";
            case NOT_KEPT -> "The state folder cannot be written; the log says why.";
            case FOREIGN_ORIGIN ->
                "No rule helps: another site's page sent it. If that site is yours, serve it under one name.";
            case UNKNOWN_HOST -> "No rule helps: if the name is yours, add it to hosts.";
            case OTHER_SITE -> "No rule helps: the client used a connection that was set up for another name.";
            case BODY_TOO_LARGE -> "No rule helps: limits.request_body sets how large a body may be.";
            case HEAD_TOO_LARGE -> "No rule helps: limits.header_bytes sets how large a head may be.";
            default -> "No rule helps: the request itself is at fault.";
        };
    }
}
