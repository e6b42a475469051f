package dev.ipgate.grants;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * A one-time link, as far as the gate remembers it: not the token, which only whoever was given the link knows.
 *
 * @param digest of the token: SHA-256 in hex. A token has 128 random bits, so nobody finds it from this
 * @param until when the link no longer works
 * @param lasts for how long it lets in whoever opens it, from then on
 * @param by who made it
 * @param note what for, or null
 */
record Invite(
        String digest,
        Instant until,
        Duration lasts,
        String by,
        @Nullable String note) {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int TOKEN_BYTES = 16;
    private static final int LONGEST_TOKEN = 64; // characters; ours have 22

    Invite {
        if (!digest.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("an invite is known by a SHA-256 in hex");
        }
        FreeText.check("who made the invite", by);
        if (note != null) {
            FreeText.check("the note", note);
        }
        until = until.truncatedTo(ChronoUnit.SECONDS);
        if (lasts.toSeconds() < 1) {
            throw new IllegalArgumentException("an invite lets in for a second at least");
        }
    }

    /** A token that nobody can guess. */
    static String newToken() {
        byte[] bytes = new byte[TOKEN_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** What is remembered of a token; of what cannot be one, too. */
    static String digest(String token) {
        String shortened = token.length() > LONGEST_TOKEN ? "" : token;
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(shortened.getBytes(US_ASCII));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    boolean isLive(Instant now) {
        return until.isAfter(now);
    }
}
