package dev.ipgate.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Each thread counts in cells of its own, and nothing is lost or mixed up. */
class ThreadCountersTest {

    @Test
    void whatThreadsCountIsAddedUp() throws InterruptedException {
        ThreadCounters counters = new ThreadCounters(4, 3);
        List<Thread> threads = new ArrayList<>();
        for (int number = 0; number < 4; number++) {
            int thread = number;
            threads.add(new Thread(() -> {
                for (int i = 0; i < 100_000; i++) {
                    counters.increment(thread, 0);
                    counters.add(thread, 2, 2);
                }
            }));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(counters.sum(0)).isEqualTo(400_000);
        assertThat(counters.sum(1)).isZero();
        assertThat(counters.sum(2)).isEqualTo(800_000);
    }

    @Test
    void theLatestOfWhatThreadsHaveSetCanBeAskedFor() {
        ThreadCounters counters = new ThreadCounters(2, 1);
        counters.set(0, 0, 5);
        counters.set(1, 0, 3);

        assertThat(counters.max(0)).isEqualTo(5);
    }

    @Test
    void aTimeIsInTheFirstBucketThatHoldsIt() {
        ThreadHistogram histogram = new ThreadHistogram(1);
        histogram.observe(0, TimeUnit.MILLISECONDS.toNanos(1));
        histogram.observe(0, TimeUnit.MILLISECONDS.toNanos(1) + 1);
        histogram.observe(0, TimeUnit.HOURS.toNanos(3));
        histogram.observe(0, -1); // of a clock that was set back, say

        long[] counts = histogram.counts();
        assertThat(counts[0]).isEqualTo(2);
        assertThat(counts[1]).isEqualTo(1);
        assertThat(counts[counts.length - 1]).isEqualTo(1);
        assertThat(LongStream.of(counts).sum()).isEqualTo(4);
        assertThat(histogram.sumSeconds()).isEqualTo(3 * 3600 + 0.002, within(1e-6));
    }

    @Test
    void aQuantileIsTheBoundOfItsBucket() {
        ThreadHistogram histogram = new ThreadHistogram(1);
        long[] before = histogram.counts();
        assertThat(ThreadHistogram.quantile(before, before, 0.5)).isNaN();

        for (int i = 0; i < 99; i++) {
            histogram.observe(0, TimeUnit.MILLISECONDS.toNanos(4));
        }
        histogram.observe(0, TimeUnit.SECONDS.toNanos(2));

        assertThat(ThreadHistogram.quantile(before, histogram.counts(), 0.5)).isEqualTo(0.005);
        assertThat(ThreadHistogram.quantile(before, histogram.counts(), 0.99)).isEqualTo(0.005);
        assertThat(ThreadHistogram.quantile(before, histogram.counts(), 1)).isEqualTo(2.5);
    }
}
