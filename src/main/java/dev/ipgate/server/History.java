package dev.ipgate.server;

import java.util.function.Supplier;

/** How many requests were let in and how many were not, for each minute of the last day. */
final class History {

    /** How many minutes are remembered. */
    static final int MINUTES = 24 * 60;

    private final Supplier<long[]> totals;
    private final int[] passed = new int[MINUTES]; // a ring
    private final int[] denied = new int[MINUTES];
    private long[] before; // the totals when the present minute began
    private int minute; // where it will be in the ring
    private int complete; // how many are there

    /** @param totals requests that passed and requests that did not, since the start */
    History(Supplier<long[]> totals) {
        this.totals = totals;
        before = totals.get();
    }

    /** What has come since the last call was one minute. */
    synchronized void endMinute() {
        long[] now = totals.get();
        passed[minute] = (int) (now[0] - before[0]);
        denied[minute] = (int) (now[1] - before[1]);
        before = now;
        minute = (minute + 1) % MINUTES;
        complete = Math.min(complete + 1, MINUTES);
    }

    /** Takes what is known of one minute. */
    interface Reader {
        void read(long passed, long denied);
    }

    /** Tells of the last minutes, the oldest first; the last is the present one, which is not over. */
    synchronized void read(int minutes, Reader reader) {
        int known = Math.min(minutes - 1, complete);
        for (int i = known; i > 0; i--) {
            int at = Math.floorMod(minute - i, MINUTES);
            reader.read(passed[at], denied[at]);
        }
        long[] now = totals.get();
        reader.read(now[0] - before[0], now[1] - before[1]);
    }
}
