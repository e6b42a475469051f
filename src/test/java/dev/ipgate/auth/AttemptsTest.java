package dev.ipgate.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.auth.Attempts.Guess;
import dev.ipgate.net.IpAddress;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AttemptsTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final IpAddress CLIENT = IpAddress.parse("192.0.2.1");
    private static final AttemptLimit LIMIT =
            new AttemptLimit(3, Duration.ofSeconds(60), Duration.ofSeconds(2), Duration.ofSeconds(90));

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 30 * SECOND); // overflows on the way
    private final Attempts attempts = new Attempts(LIMIT, now::get);
    private long guesses;

    @Test
    void atOnceThenDelayedThenHeld() {
        for (int wrong = 1; wrong <= 6; wrong++) {
            assertThat(attempts.heldSeconds(CLIENT))
                    .as("before number %d", wrong)
                    .isZero();
            assertThat(guess(CLIENT)).as("number %d", wrong).isEqualTo(wrong <= 3 ? 0 : 2 * SECOND);
        }
        assertThat(attempts.heldSeconds(CLIENT)).isEqualTo(90);

        now.addAndGet(89 * SECOND + 1);
        assertThat(attempts.heldSeconds(CLIENT)).isEqualTo(1);
        now.addAndGet(SECOND - 1);
        assertThat(attempts.heldSeconds(CLIENT)).isZero();
        assertThat(guess(CLIENT)).isZero();
    }

    @Test
    void whatIsOlderThanTheWindowCountsNoMore() {
        for (int i = 0; i < 5; i++) {
            guess(CLIENT);
            now.addAndGet(10 * SECOND);
        }
        now.addAndGet(10 * SECOND - 1);
        assertThat(attempts.delay(CLIENT)).isEqualTo(2 * SECOND);
        now.addAndGet(1);
        assertThat(attempts.delay(CLIENT)).isZero();
        assertThat(guess(CLIENT)).isZero();
        assertThat(attempts.heldSeconds(CLIENT)).isZero();
    }

    @Test
    void aRepeatedGuessCountsOnceUntilTheWindowIsOver() {
        Guess old = new Guess(new Fingerprint(7, 7), 0);
        for (int i = 0; i < 100; i++) {
            assertThat(attempts.add(CLIENT, old)).isZero();
            assertThat(attempts.isRepeated(CLIENT, old)).isTrue();
        }
        assertThat(attempts.heldSeconds(CLIENT)).isZero();
        assertThat(attempts.isRepeated(IpAddress.parse("192.0.2.2"), old)).isFalse();
        assertThat(attempts.isRepeated(CLIENT, new Guess(old.credentials(), 1)))
                .as("by another reading")
                .isFalse();

        now.addAndGet(60 * SECOND);
        assertThat(attempts.isRepeated(CLIENT, old)).isFalse();
    }

    @Test
    void whatComesInWhileHeldDoesNotProlongIt() {
        for (int i = 0; i < 6; i++) {
            guess(CLIENT);
        }
        now.addAndGet(80 * SECOND);
        guess(CLIENT); // was being hashed when the others came back
        assertThat(attempts.heldSeconds(CLIENT)).isEqualTo(10);
    }

    @ParameterizedTest(name = "{0} and {1}: {2}")
    @CsvSource(textBlock = """
            # one,               other,                    the same client
            192.0.2.1,           192.0.2.1,                true
            192.0.2.1,           ::ffff:192.0.2.1,         true
            192.0.2.1,           192.0.2.0,                false
            2001:db8::1,         2001:db8::2,              true
            2001:db8::,          2001:db8::ffff:0:0:1,     true
            2001:db8:0:1::1,     2001:db8:0:2::1,          false
            ::1,                 ::ffff:0.0.0.0,           false
            """)
    void aClientIsAnIpv4AddressOrA64(String one, String other, boolean same) {
        Guess guess = new Guess(new Fingerprint(1, 2), 0);
        attempts.add(IpAddress.parse(one), guess);

        assertThat(attempts.isRepeated(IpAddress.parse(other), guess)).isEqualTo(same);
    }

    /** What a million addresses leave behind is bounded, and a client that goes on guessing is not forgotten over them. */
    @Test
    void aMillionAddressesFreeNobody() {
        for (int i = 0; i < 6; i++) {
            guess(CLIENT);
        }
        for (int i = 0; i < 1_000_000; i++) {
            guess(IpAddress.of(new byte[] {10, (byte) (i >> 16), (byte) (i >> 8), (byte) i}));
            if (i % 10_000 == 0) {
                assertThat(attempts.heldSeconds(CLIENT)).as("after %d", i).isPositive();
                assertThat(attempts.clients()).isLessThanOrEqualTo(Attempts.MOST_CLIENTS);
            }
        }
        assertThat(attempts.clients()).isBetween(Attempts.MOST_CLIENTS / 2L, (long) Attempts.MOST_CLIENTS);

        now.addAndGet(90 * SECOND);
        assertThat(attempts.clients()).isZero();
    }

    @ParameterizedTest(name = "{0} in {1}, delay {2}, hold {3}: {4}")
    @CsvSource(textBlock = """
            0,    PT1M,  PT1S,    PT1M,  failures is 0
            1001, PT1M,  PT1S,    PT1M,  failures is 1001
            5,    PT0S,  PT1S,    PT1M,  window is PT0S
            5,    PT25H, PT1S,    PT1M,  window is PT25H
            5,    PT1M,  PT-0.1S, PT1M,  delay is PT-0.1S
            5,    PT1M,  PT0S,    PT0S,  hold is PT0S
            """)
    void aLimitHasToMakeSense(int failures, Duration window, Duration delay, Duration hold, String message) {
        assertThatThrownBy(() -> new AttemptLimit(failures, window, delay, hold))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
    }

    private long guess(IpAddress client) {
        return attempts.add(client, new Guess(new Fingerprint(guesses++, 0), 0));
    }
}
