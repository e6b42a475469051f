package dev.ipgate.eventloop;

import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioExecutor;

/** A task for later. It runs or is removed, never both, whichever thread removes it. */
final class Timer implements XnioExecutor.Key {

    private static final AtomicIntegerFieldUpdater<Timer> STATE =
            AtomicIntegerFieldUpdater.newUpdater(Timer.class, "state");
    private static final int PENDING = 0;
    private static final int OVER = 1;

    private final EventLoop loop;
    private final Runnable task;
    private final long pauseNanos; // between two runs; 0 for one run only
    private volatile int state = PENDING;
    long deadline; // on the nanosecond clock; this and the next belong to the loop's thread
    int index = Timers.OUTSIDE;

    Timer(EventLoop loop, Runnable task, long deadline, long pauseNanos) {
        this.loop = loop;
        this.task = task;
        this.deadline = deadline;
        this.pauseNanos = pauseNanos;
    }

    /** Whether it waits still. */
    boolean isPending() {
        return state == PENDING;
    }

    /** What is to run now that the time has come; null if it was removed. */
    @Nullable
    Runnable due() {
        if (pauseNanos > 0) {
            return isPending() ? this::runAndRepeat : null;
        }
        return STATE.compareAndSet(this, PENDING, OVER) ? task : null;
    }

    private void runAndRepeat() {
        try {
            task.run();
        } finally {
            if (isPending()) {
                deadline = System.nanoTime() + pauseNanos;
                loop.timers().add(this);
            }
        }
    }

    @Override
    public boolean remove() {
        if (!STATE.compareAndSet(this, PENDING, OVER)) {
            return false;
        }
        if (Thread.currentThread() == loop) {
            loop.timers().remove(this);
        } else {
            loop.hand(() -> loop.timers().remove(this));
        }
        return true;
    }
}
