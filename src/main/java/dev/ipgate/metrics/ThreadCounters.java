package dev.ipgate.metrics;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/** A row of numbers that several threads count up, each in cells of its own; whoever reads adds them up. */
public final class ThreadCounters {

    /*
     * A counter that all threads write goes from core to core with every request. Here each cell has one writer, and a
     * write is a plain one: no lock, no fence. A reader may miss what was counted a moment ago, and never sees half a
     * number. What one thread writes is kept a line of the cache away from what others do.
     */

    private static final VarHandle CELL = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int APART = 8;

    private final long[][] cells; // by thread

    /**
     * Makes numbers that are all 0.
     *
     * @param threads how many threads write; each has a number from 0
     * @param size how many numbers
     */
    public ThreadCounters(int threads, int size) {
        cells = new long[threads][size + 2 * APART];
    }

    /** Counts one more. Only the thread with this number may. */
    public void increment(int thread, int index) {
        add(thread, index, 1);
    }

    /** Adds to a number. Only the thread with this number may. */
    public void add(int thread, int index, long amount) {
        long[] own = cells[thread];
        int at = index + APART;
        CELL.setOpaque(own, at, (long) CELL.getOpaque(own, at) + amount);
    }

    /** Sets what this thread has, where the latest counts and not the sum. Only the thread with this number may. */
    public void set(int thread, int index, long value) {
        CELL.setOpaque(cells[thread], index + APART, value);
    }

    /** What all threads have counted. */
    public long sum(int index) {
        long sum = 0;
        for (long[] own : cells) {
            sum += (long) CELL.getOpaque(own, index + APART);
        }
        return sum;
    }

    /** The largest of what the threads have set. */
    public long max(int index) {
        long max = Long.MIN_VALUE;
        for (long[] own : cells) {
            max = Math.max(max, (long) CELL.getOpaque(own, index + APART));
        }
        return max;
    }
}
