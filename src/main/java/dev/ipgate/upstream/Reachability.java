package dev.ipgate.upstream;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether an app can be reached: its requests tell while there are some, else a connection that is opened and closed, at
 * most once a second however many ask.
 */
final class Reachability {

    private static final long RECENT_NANOS = Duration.ofSeconds(5).toNanos();
    private static final long VALID_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos(); // for all copies together

    private final Replicas replicas;
    private final UpstreamCounts counts;
    private boolean looked;
    private long lookedAt;
    private @Nullable String found;

    Reachability(Replicas replicas, UpstreamCounts counts) {
        this.replicas = replicas;
        this.counts = counts;
    }

    /** Why it cannot be reached; null if it can. May take two seconds. */
    synchronized @Nullable String trouble() {
        long now = System.nanoTime();
        if (counts.hasAnswered(RECENT_NANOS, now)) {
            return null;
        }
        if (!looked || now - lookedAt >= VALID_NANOS) {
            found = look(now + PATIENCE_NANOS);
            looked = true;
            lookedAt = System.nanoTime();
        }
        return found;
    }

    private @Nullable String look(long deadline) {
        List<String> troubles = new ArrayList<>();
        for (Replica replica : replicas.all()) {
            List<InetSocketAddress> addresses = replica.addresses();
            if (addresses.isEmpty()) {
                troubles.add("\"" + replica.url().host() + "\" has no address");
            }
            for (InetSocketAddress address : addresses) {
                long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
                if (left <= 0) {
                    troubles.add(replica.url().authority() + " does not accept connections");
                    break;
                }
                try (Socket socket = new Socket()) {
                    socket.connect(address, (int) left);
                    return null;
                } catch (IOException e) {
                    troubles.add("nothing answers on " + replica.url().authority());
                }
            }
        }
        return String.join("; ", troubles.stream().distinct().toList());
    }
}
