package dev.ipgate.metrics;

import java.util.concurrent.TimeUnit;

/** How long something took, sorted into buckets; counted by several threads as {@link ThreadCounters} are. */
public final class ThreadHistogram {

    /** From an app that answers from memory to one that computes for minutes. */
    private static final double[] SECONDS = {
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, Double.POSITIVE_INFINITY
    };

    private static final long[] NANOS = nanos();

    private final ThreadCounters counts; // by bucket, and behind them the sum in nanoseconds

    public ThreadHistogram(int threads) {
        counts = new ThreadCounters(threads, SECONDS.length + 1);
    }

    private static long[] nanos() {
        long[] nanos = new long[SECONDS.length];
        for (int i = 0; i < nanos.length; i++) {
            nanos[i] = (long) (SECONDS[i] * TimeUnit.SECONDS.toNanos(1));
        }
        return nanos;
    }

    /** Takes one more. Only the thread with this number may. */
    public void observe(int thread, long nanos) {
        int bucket = 0;
        while (nanos > NANOS[bucket]) {
            bucket++;
        }
        counts.increment(thread, bucket);
        counts.add(thread, SECONDS.length, nanos);
    }

    /** The upper bounds of the buckets in seconds, the last infinite. */
    double[] bounds() {
        return SECONDS.clone();
    }

    /** How many there are in each bucket. */
    public long[] counts() {
        long[] now = new long[SECONDS.length];
        for (int i = 0; i < now.length; i++) {
            now[i] = counts.sum(i);
        }
        return now;
    }

    /** Seconds in all. */
    public double sumSeconds() {
        return counts.sum(SECONDS.length) / (double) TimeUnit.SECONDS.toNanos(1);
    }

    /**
     * The bound in seconds below which a part of what has been added between two looks lies.
     *
     * @param before the counts at the first look; all 0 for the start
     * @param part from 0 to 1: 0.5 for the median
     * @return not a number if nothing has been added
     */
    public static double quantile(long[] before, long[] after, double part) {
        long all = 0;
        for (int i = 0; i < after.length; i++) {
            all += after[i] - before[i];
        }
        long below = 0;
        for (int i = 0; i < after.length && all > 0; i++) {
            below += after[i] - before[i];
            if (below >= part * all) {
                return SECONDS[i];
            }
        }
        return Double.NaN;
    }
}
