package dev.ipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The heap beside a sorted list. */
class TimersTest {

    private static EventLoops loops;

    private final Timers timers = new Timers();

    @BeforeAll
    static void start() throws Exception {
        loops = EventLoops.start("timers", 1, 1);
    }

    @AfterAll
    static void stop() {
        loops.shutdownNow();
    }

    private static Timer at(long deadline) {
        return new Timer(loops.getIoThread(0), () -> {}, deadline, 0);
    }

    @Test
    void nothingIsDueWhereNothingIs() {
        assertThat(timers.pollDue(Long.MAX_VALUE)).isNull();
        assertThat(timers.nanosToNext(0)).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void aTimerIsDueAtItsDeadlineAndNotBefore() {
        Timer timer = at(100);
        timers.add(timer);

        assertThat(timers.pollDue(99)).isNull();
        assertThat(timers.nanosToNext(99)).isEqualTo(1);
        assertThat(timers.nanosToNext(200)).isZero();
        assertThat(timers.pollDue(100)).isSameAs(timer);
        assertThat(timers.size()).isZero();
    }

    @Test
    void theClockMayPassItsLargestValue() {
        Timer before = at(Long.MAX_VALUE - 5);
        Timer after = at(Long.MIN_VALUE + 5);
        timers.add(after);
        timers.add(before);

        assertThat(timers.pollDue(Long.MAX_VALUE)).isSameAs(before);
        assertThat(timers.pollDue(Long.MAX_VALUE)).isNull();
        assertThat(timers.pollDue(Long.MIN_VALUE + 5)).isSameAs(after);
    }

    @Test
    void whatIsNotInCanBeRemoved() {
        Timer timer = at(1);
        timers.remove(timer);
        timers.add(timer);
        timers.remove(timer);
        timers.remove(timer);

        assertThat(timers.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void tenThousandComeInTheirOrderWhateverIsRemovedBetween(long seed) {
        Random random = new Random(seed);
        List<Timer> expected = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            Timer timer = at(random.nextInt(5_000));
            timers.add(timer);
            expected.add(timer);
            if (random.nextInt(3) == 0) {
                Timer gone = expected.remove(random.nextInt(expected.size()));
                timers.remove(gone);
            }
        }
        expected.sort(Comparator.comparingLong(timer -> timer.deadline));

        List<Long> polled = new ArrayList<>();
        Timer next;
        while ((next = timers.pollDue(Long.MAX_VALUE / 2)) != null) {
            polled.add(next.deadline);
        }
        assertThat(polled)
                .as("seed %d", seed)
                .isEqualTo(expected.stream().map(timer -> timer.deadline).toList());
    }
}
