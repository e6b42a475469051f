package dev.ipgate.auth;

import com.github.benmanes.caffeine.cache.AsyncCache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ipgate.auth.Attempts.Guess;
import dev.ipgate.net.IpAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The password door of one users file, shared by every site and location that names the file. It outlives reloads. Safe
 * for use by several threads.
 */
public final class PasswordCheck {

    /*
     * A client sends its password with every request, and bcrypt takes a quarter of a second. So credentials that were
     * right are remembered, by their fingerprint, until nobody has used them for a while or the user's line in the file
     * changes. They are looked for before anything else: whoever has them passes, whatever others do from the same address,
     * and another user's new password neither costs everybody a hash nor ends anybody's streams.
     *
     * While credentials are hashed for the first time, a promise stands in the place of the answer. All who come with the
     * same ones meanwhile wait for it, in their worker threads, and one hash serves them all. A promise that comes to
     * nothing leaves the cache by itself.
     */

    private static final int MOST_REMEMBERED = 10_000;
    private static final Duration REMEMBERED = Duration.ofMinutes(10); // since they were last used

    /** One reading of the users file, and what is known of credentials under it. */
    private record Reading(long number, Users users, AsyncCache<Fingerprint, String> right) {

        boolean remembers(Fingerprint fingerprint) {
            CompletableFuture<String> known = right.getIfPresent(fingerprint);
            return known != null && known.getNow(null) != null;
        }

        boolean accepts(Credentials credentials, Fingerprint fingerprint, LongAdder hashes) {
            CompletableFuture<@Nullable String> answer = new CompletableFuture<>();
            CompletableFuture<String> first = right.asMap().putIfAbsent(fingerprint, answer);
            if (first != null) {
                return first.join() != null;
            }
            boolean accepted = false;
            try {
                hashes.increment();
                accepted = users.accept(credentials);
            } finally {
                answer.complete(accepted ? credentials.user() : null);
            }
            return accepted;
        }
    }

    private final Attempts attempts;
    private final Fingerprints fingerprints = new Fingerprints();
    private final LongSupplier nanoTime;
    private final LongAdder hashes = new LongAdder();
    private volatile Reading current;

    /** The clock is {@link System#nanoTime}, but for tests. */
    public PasswordCheck(Users users, AttemptLimit limit, LongSupplier nanoTime) {
        this.attempts = new Attempts(limit, nanoTime);
        this.nanoTime = nanoTime;
        this.current = new Reading(0, users, nothingRight());
    }

    /**
     * The file changed: of what was remembered, only passwords whose users have the same hash as before stay. Held clients
     * stay held.
     */
    public synchronized void replace(Users users) {
        Reading before = current;
        Reading next = new Reading(before.number() + 1, users, nothingRight());
        before.right().asMap().forEach((fingerprint, right) -> {
            String user = right.getNow(null); // null while it is hashed
            if (user != null && users.agreeWith(before.users(), user)) {
                next.right().put(fingerprint, right);
            }
        });
        current = next;
    }

    /** How many passwords have been hashed. */
    public long hashes() {
        return hashes.sum();
    }

    /**
     * What is known about a request without hashing anything. Never slow and never blocks.
     *
     * @param authorization the value of its Authorization header
     * @return {@link Login.Unchecked} if that is not enough
     */
    public Login look(@Nullable String authorization, IpAddress client) {
        Credentials credentials = Credentials.parse(authorization);
        if (credentials == null) {
            return new Login.Missing(authorization != null);
        }
        Reading reading = current;
        Login known = known(reading, credentials, fingerprints.of(credentials), client);
        return known == null ? new Login.Unchecked(credentials) : known;
    }

    /**
     * Hashes the password. Slow, and waits where another thread hashes the same credentials: for worker threads only.
     *
     * @return never {@link Login.Unchecked} nor {@link Login.Missing}
     */
    public Login check(Login.Unchecked unchecked, IpAddress client) {
        Credentials credentials = unchecked.credentials();
        Reading reading = current; // perhaps another than at the look
        Fingerprint fingerprint = fingerprints.of(credentials);
        Login known = known(reading, credentials, fingerprint, client); // much may have happened in the queue
        if (known != null) {
            return known;
        }
        return reading.accepts(credentials, fingerprint, hashes)
                ? new Login.Right(credentials.user())
                : new Login.Wrong(credentials.user(), attempts.add(client, new Guess(fingerprint, reading.number())));
    }

    private @Nullable Login known(Reading reading, Credentials credentials, Fingerprint fingerprint, IpAddress client) {
        if (reading.remembers(fingerprint)) {
            return new Login.Right(credentials.user());
        }
        long heldSeconds = attempts.heldSeconds(client);
        if (heldSeconds > 0) {
            return new Login.Held(heldSeconds);
        }
        return attempts.isRepeated(client, new Guess(fingerprint, reading.number()))
                ? new Login.Wrong(credentials.user(), attempts.delay(client))
                : null;
    }

    private AsyncCache<Fingerprint, String> nothingRight() {
        return Caffeine.newBuilder()
                .maximumSize(MOST_REMEMBERED)
                .expireAfterAccess(REMEMBERED)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .buildAsync();
    }
}
