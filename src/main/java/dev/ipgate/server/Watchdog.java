package dev.ipgate.server;

import dev.ipgate.eventloop.EventLoops;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells systemd that the gate lives, while every event loop comes round. When one does not, it says in the log where that
 * one is, and nothing to systemd, which then ends the process and starts another.
 */
final class Watchdog {

    private static final Logger LOG = LoggerFactory.getLogger(Watchdog.class);

    private final Systemd systemd;
    private final EventLoops loops;
    private final Duration pause;
    private final Duration patience;

    /** @param interval how long systemd waits for a sign of life */
    Watchdog(Systemd systemd, EventLoops loops, Duration interval) {
        this.systemd = systemd;
        this.loops = loops;
        this.pause = interval.dividedBy(2); // as sd_watchdog_enabled(3) advises
        this.patience = interval.dividedBy(4);
    }

    /** Does it until the loops end; or not at all, if systemd does not ask. */
    static void start(Systemd systemd, EventLoops loops) {
        Duration interval = systemd.watchdog();
        if (interval != null) {
            Thread thread = new Thread(new Watchdog(systemd, loops, interval)::run, "ipgate-watchdog");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        try {
            while (!loops.isShutdown()) {
                Thread.sleep(pause.toMillis());
                look();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Once, which takes a quarter of the interval where a loop stands still. */
    void look() throws InterruptedException {
        List<Thread> stuck = loops.stuckFor(patience);
        if (stuck.isEmpty()) {
            systemd.alive();
            return;
        }
        for (Thread loop : stuck) {
            LOG.error(
                    "{} has not come round for {} ms, so systemd is not told that the gate lives; it is at{}",
                    loop.getName(),
                    patience.toMillis(),
                    Stream.of(loop.getStackTrace()).map(at -> "\n\t" + at).collect(Collectors.joining()));
        }
    }
}
