package dev.ipgate.auth;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.ipgate.net.IpAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The wrong passwords of each client, as far back as the limit looks. Safe for use by several threads. */
final class Attempts {

    /*
     * Only a password that was hashed and found wrong is written down here, so a stranger fills this no faster than the
     * server hashes. Where there are more clients than entries, the ones that ask least are forgotten, each with a few
     * guesses: whoever has so many addresses had those guesses from each of them anyway, and a client that goes on
     * guessing is asked about all the time and stays.
     *
     * A guess that is repeated tells the guesser nothing, so it neither counts nor is hashed again: a program that goes
     * on sending an old password is told so at once, as often as it asks, and does not lock out its office.
     *
     * A right password takes nothing back: else who has one password could guess at others for ever.
     */

    /** How many clients are known at a time; about 250 bytes each. */
    static final int MOST_CLIENTS = 20_000;

    private static final int MOST_GUESSES = 8; // of one client that are known again

    /** Credentials that were wrong by one reading of the users file; by the next they may be right. */
    record Guess(Fingerprint credentials, long reading) {}

    /** What one client did: how many wrong ones since when, for how long it is held, and the latest guesses. */
    private record Tally(int wrong, long since, boolean held, long heldUntil, List<Guess> guesses) {

        static final Tally NONE = new Tally(0, 0, false, 0, List.of());
    }

    private final AttemptLimit limit;
    private final LongSupplier nanoTime;
    private final Cache<IpAddress, Tally> tallies;

    Attempts(AttemptLimit limit, LongSupplier nanoTime) {
        this.limit = limit;
        this.nanoTime = nanoTime;
        Duration longest = limit.window().compareTo(limit.hold()) > 0 ? limit.window() : limit.hold();
        this.tallies = Caffeine.newBuilder()
                .maximumSize(MOST_CLIENTS)
                .expireAfterWrite(longest)
                .ticker(nanoTime::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    /** For how many seconds more the client is held, at least 1; 0 if it is not. */
    long heldSeconds(IpAddress client) {
        Tally tally = tally(client);
        if (!tally.held()) {
            return 0;
        }
        long second = TimeUnit.SECONDS.toNanos(1);
        return (tally.heldUntil() - nanoTime.getAsLong() + second - 1) / second;
    }

    /** Whether the client sent the very same before, and it was wrong. */
    boolean isRepeated(IpAddress client, Guess guess) {
        return tally(client).guesses().contains(guess);
    }

    /** How long an answer to a wrong password has to wait, in nanoseconds. */
    long delay(IpAddress client) {
        return delay(tally(client));
    }

    /** Writes down a wrong password, unless it is there already, and says how long the answer has to wait. */
    long add(IpAddress client, Guess guess) {
        return delay(tallies.asMap().compute(client.subnet64(), (unused, before) -> {
            long now = nanoTime.getAsLong();
            Tally tally = current(before, now);
            if (tally.held() || tally.guesses().contains(guess)) {
                return tally;
            }
            int wrong = tally.wrong() + 1;
            List<Guess> guesses = Stream.concat(Stream.of(guess), tally.guesses().stream())
                    .limit(MOST_GUESSES)
                    .toList();
            long since = tally.wrong() == 0 ? now : tally.since();
            boolean held = wrong >= 2 * limit.failures();
            return new Tally(wrong, since, held, now + limit.hold().toNanos(), guesses);
        }));
    }

    /** How many clients are known. */
    long clients() {
        tallies.cleanUp();
        return tallies.estimatedSize();
    }

    private Tally tally(IpAddress client) {
        return current(tallies.getIfPresent(client.subnet64()), nanoTime.getAsLong());
    }

    private Tally current(@Nullable Tally tally, long now) {
        if (tally == null) {
            return Tally.NONE;
        }
        boolean over = tally.held()
                ? now - tally.heldUntil() >= 0
                : now - tally.since() >= limit.window().toNanos();
        return over ? Tally.NONE : tally;
    }

    private long delay(Tally tally) {
        return tally.wrong() > limit.failures() ? limit.delay().toNanos() : 0;
    }
}
