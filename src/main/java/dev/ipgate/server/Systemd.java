package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells systemd how its service is, as sd_notify(3) has it; silent where systemd did not ask. */
public final class Systemd {

    /*
     * What systemd listens on is a datagram socket, and Java has Unix sockets for streams only. But it can write to its
     * standard input, and bin/ipgate starts it with that connected to systemd. So it is the main process that speaks,
     * there is no other, and a message costs a write.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Systemd.class);

    private final @Nullable OutputStream socket;
    private final @Nullable Duration watchdog;

    /**
     * @param environment what systemd and bin/ipgate have put there
     * @param pid ours: the watchdog may be meant for another process
     * @param socket where every write is a message
     */
    Systemd(Map<String, String> environment, long pid, OutputStream socket) {
        this.socket = "stdin".equals(environment.get("IPGATE_NOTIFY")) ? socket : null;
        this.watchdog = this.socket == null ? null : watchdog(environment, pid);
    }

    /** The one that started this process, if any did. */
    public static Systemd here() {
        return new Systemd(System.getenv(), pid(), new FileOutputStream(FileDescriptor.in));
    }

    /** Ours, or 0 where there is no /proc, which is where there is no systemd. ProcessHandle takes 4 ms for it. */
    private static long pid() {
        try {
            return Long.parseLong(Files.readSymbolicLink(Path.of("/proc/self")).toString());
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }

    /** None. */
    static Systemd none() {
        return new Systemd(Map.of(), 0, OutputStream.nullOutputStream());
    }

    private static @Nullable Duration watchdog(Map<String, String> environment, long pid) {
        String whose = environment.get("WATCHDOG_PID");
        if (whose != null && !whose.equals(Long.toString(pid))) {
            return null;
        }
        try {
            long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
            return micros > 0 ? Duration.of(micros, ChronoUnit.MICROS) : null;
        } catch (NumberFormatException e) {
            LOG.debug("WATCHDOG_USEC is no number", e);
            return null;
        }
    }

    /** How soon after one {@link #alive} the next is wanted, at the latest; null if none ever is. */
    @Nullable
    Duration watchdog() {
        return watchdog;
    }

    /**
     * The gate serves: after its start, and after every reload, whether it worked or not.
     *
     * @param status one line for {@code systemctl status}
     */
    public void ready(String status) {
        send("READY=1\nSTATUS=" + status.replace('\n', ' '));
    }

    /** The gate ends, once what is in flight is done. */
    public void stopping() {
        send("STOPPING=1");
    }

    /** A reload has begun. */
    void reloading() {
        // The time is for Type=notify-reload, which systemd has from 253 on. On Linux this clock is CLOCK_MONOTONIC.
        send("RELOADING=1\nMONOTONIC_USEC=" + System.nanoTime() / 1000);
    }

    /** The gate does its work. */
    void alive() {
        send("WATCHDOG=1");
    }

    private void send(String message) {
        if (socket == null) {
            return;
        }
        try {
            socket.write(message.getBytes(UTF_8));
        } catch (IOException e) {
            LOG.warn("systemd was not told {}: {}", message.lines().findFirst().orElse(""), e.getMessage());
        }
    }
}
