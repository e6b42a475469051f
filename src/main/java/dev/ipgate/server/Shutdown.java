package dev.ipgate.server;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/** How a gate ends: clients are let finish what they have begun, and then the threads. */
final class Shutdown {

    private static final Logger LOG = LoggerFactory.getLogger(Shutdown.class);
    private static final Duration LONGEST_END = Duration.ofSeconds(5); // for the threads, when all is cut
    private static final long LOOK_MILLIS = 20;

    private final XnioWorker worker;
    private final ClientConnections connections;

    Shutdown(XnioWorker worker, ClientConnections connections) {
        this.worker = worker;
        this.connections = connections;
    }

    /** Closes each connection when it has nothing in flight, and comes back when none is left or the grace is over. */
    void awaitRequests(Duration grace) {
        long deadline = System.nanoTime() + grace.toNanos();
        connections.startClosing();
        try {
            while (connections.count() > 0 && System.nanoTime() < deadline) {
                Thread.sleep(LOOK_MILLIS);
                connections.startClosing(); // those that have finished meanwhile
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (connections.count() > 0 && !grace.isZero()) {
            LOG.warn("{} connections were cut after {} s", connections.count(), grace.toSeconds());
        }
    }

    /** Closes all sockets and ends the threads, those that are stuck with an interrupt. */
    void endThreads() {
        worker.shutdown();
        try {
            if (!worker.awaitTermination(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("connections are open still; they end with the process");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        worker.shutdownNow();
    }
}
