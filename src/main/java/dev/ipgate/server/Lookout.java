package dev.ipgate.server;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/** Looks at something once in a while, from the first start on, on a thread that may wait for the disk. */
final class Lookout {

    private static final Logger LOG = LoggerFactory.getLogger(Lookout.class);

    private final XnioWorker worker;
    private final long seconds;
    private final Runnable look;
    private final AtomicBoolean started = new AtomicBoolean();

    /** Looks once a second. */
    Lookout(XnioWorker worker, Runnable look) {
        this(worker, 1, look);
    }

    /**
     * Looks at nothing yet.
     *
     * @param seconds between two looks
     * @param look called by one thread at a time
     */
    Lookout(XnioWorker worker, long seconds, Runnable look) {
        this.worker = worker;
        this.seconds = seconds;
        this.look = look;
    }

    void start() {
        if (started.compareAndSet(false, true)) {
            later();
        }
    }

    private void later() {
        unlessItStops(() -> worker.getIoThread()
                .executeAfter(() -> unlessItStops(() -> worker.execute(this::look)), seconds, TimeUnit.SECONDS));
    }

    private void look() {
        try {
            look.run();
        } finally {
            later();
        }
    }

    private static void unlessItStops(Runnable task) {
        try {
            task.run();
        } catch (RejectedExecutionException e) {
            LOG.debug("the gate stops", e);
        }
    }
}
