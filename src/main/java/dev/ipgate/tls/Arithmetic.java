package dev.ipgate.tls;

import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/** The arithmetic of the handshakes of one IO thread, on that thread. Belongs to it. */
final class Arithmetic implements Executor {

    /*
     * It takes a millisecond with RSA and a quarter of that with P-256, and is done on the IO thread, as nginx does it:
     * there is one such thread for each core, so that other threads would have to share the same cores, hand the
     * connection over twice, and need a queue with a limit. But a thousand handshakes may be ready at once, and what
     * established connections want must not wait for all of them: so a turn of the event loop does a few and leaves the
     * others to the next turns, in the order in which they came. There are only so many: see Room.
     */

    private static final long NANOS_A_TURN = 2_000_000;

    private final Executor thread;
    private final Queue<Runnable> waiting = new ArrayDeque<>();
    private long spent; // nanoseconds in this turn
    private boolean turning; // the next turn will look here
    private boolean working;

    /** @param thread runs what has to wait for the next turn */
    Arithmetic(Executor thread) {
        this.thread = thread;
    }

    /** Runs the task, at once or in one of the next turns. */
    @Override
    public void execute(Runnable task) {
        waiting.add(task);
        work();
    }

    private void work() {
        if (working) { // on what a task has led to
            return;
        }
        working = true;
        try {
            while (spent < NANOS_A_TURN && !waiting.isEmpty()) {
                if (!turning) {
                    lookInNextTurn();
                }
                long before = System.nanoTime();
                waiting.remove().run();
                spent += System.nanoTime() - before;
            }
        } finally {
            working = false;
        }
    }

    private void lookInNextTurn() {
        try {
            thread.execute(this::turn);
            turning = true;
        } catch (RejectedExecutionException e) {
            waiting.clear(); // the gate stops, and closes all
            throw e;
        }
    }

    private void turn() {
        turning = false;
        spent = 0;
        work();
    }
}
