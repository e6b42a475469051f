package dev.ipgate.server;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What passwords may take up in all: the threads that hash them, the queue before those, and the answers that wait. */
final class PasswordWork implements AutoCloseable {

    /*
     * A hash takes a core for as long as it is meant to, and a stranger decides when there is one to take. So a core is
     * left to everybody else where there are two.
     *
     * The queue holds the first burst of a program that starts with many connections: all of them wait until one of
     * them has been hashed.
     */

    private static final int MOST_QUEUED = 1000;
    private static final int MOST_DELAYED = 1000;
    private static final int IDLE_SECONDS = 10;

    private final ThreadPoolExecutor threads;
    private final AtomicInteger delayed = new AtomicInteger();

    PasswordWork() {
        int cores = Runtime.getRuntime().availableProcessors();
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                Math.max(1, cores - 1),
                Math.max(1, cores - 1),
                IDLE_SECONDS,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MOST_QUEUED),
                work -> {
                    Thread thread = new Thread(work, "ipgate passwords " + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** Takes a slow check into the queue; false if the queue is full. */
    boolean enqueue(Runnable check) {
        try {
            threads.execute(check);
            return true;
        } catch (RejectedExecutionException e) {
            return false;
        }
    }

    /** Takes a check out of the queue, if it is still in it. */
    void withdraw(Runnable check) {
        threads.remove(check);
    }

    /** Takes one of the places for answers that wait; false if there is none. */
    boolean beginDelay() {
        if (delayed.incrementAndGet() <= MOST_DELAYED) {
            return true;
        }
        delayed.decrementAndGet();
        return false;
    }

    /** Gives the place back. */
    void endDelay() {
        delayed.decrementAndGet();
    }

    /** How many checks wait for a thread. */
    int queued() {
        return threads.getQueue().size();
    }

    /** How many answers wait. */
    int delayed() {
        return delayed.get();
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
