package dev.ipgate.grants;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A temporary allowance: who is in the group {@code granted}, and for how long. Times are whole seconds.
 *
 * @param whom the addresses
 * @param from when it was made
 * @param until when it ends; at that moment it has ended
 * @param way how it was made
 * @param by who made it: a user of the system, or of the users file
 * @param note what for, or null
 */
public record Grant(
        CidrBlock whom,
        Instant from,
        Instant until,
        Way way,
        String by,
        @Nullable String note) {

    /** How a grant came about. */
    public enum Way {
        /** By {@code ipgate grant}. */
        COMMAND,
        /** By a name and a password on the sign-in page. */
        PAGE,
        /** By a one-time link, on the same page. */
        INVITE;

        // Made by Map.of, which cannot change; the check sees only the type.
        @SuppressWarnings("ImmutableEnumChecker")
        static final Map<String, Way> WORDS = Map.of("command", COMMAND, "page", PAGE, "invite", INVITE);

        /** As the file and the metrics have it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int IPV6_NETWORK = 64; // bits: within them a host changes its address as it likes (RFC 8981)
    private static final int SHORTEST_IPV4 = 8;
    private static final int SHORTEST_IPV6 = 32;

    public Grant {
        FreeText.check("who made the grant", by);
        if (note != null) {
            FreeText.check("the note", note);
        }
        from = from.truncatedTo(ChronoUnit.SECONDS);
        until = until.truncatedTo(ChronoUnit.SECONDS);
        if (!until.isAfter(from)) {
            throw new IllegalArgumentException("a grant until " + until + " ends before it begins, at " + from);
        }
        int shortest = whom.first().isIpv4() ? SHORTEST_IPV4 : SHORTEST_IPV6;
        if (whom.prefixLength() < shortest) {
            throw new IllegalArgumentException(
                    "\"" + whom + "\" holds a good part of the Internet; nothing wider than /" + shortest
                            + " is granted, and such rules belong in the conf file");
        }
    }

    /** What is granted to whoever comes from an address: itself, and of IPv6 the /64 that it is in. */
    public static CidrBlock around(IpAddress client) {
        return client.isIpv4() ? new CidrBlock(client, 32) : CidrBlock.parseMasking(client + "/" + IPV6_NETWORK);
    }

    /** Whether it has not ended. */
    public boolean isLive(Instant now) {
        return until.isAfter(now);
    }

    /** Whether another made after it takes its place: of the same addresses, by the same person in the same way. */
    boolean isRenewedBy(Grant other) {
        return whom.equals(other.whom) && way == other.way && by.equals(other.by);
    }

    /** The addresses as people write them: a block of one is its address. */
    public String addresses() {
        return text(whom);
    }

    /** A block as people write it. */
    public static String text(CidrBlock block) {
        boolean one = block.prefixLength() == (block.first().isIpv4() ? 32 : 128);
        return one ? block.first().toString() : block.toString();
    }

    /** For the log: {@code 203.0.113.7 until 2026-11-26T18:00:00Z, as ana has signed in}. */
    @Override
    public String toString() {
        return addresses() + " until " + until
                + switch (way) {
                    case COMMAND -> ", by " + by;
                    case PAGE -> ", as " + by + " has signed in";
                    case INVITE -> ", by an invite of " + by;
                }
                + (note == null ? "" : " (" + note + ")");
    }
}
