package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The clients that were denied lately, as one IO thread has seen them: so many at most, whoever comes. */
final class DeniedClients {

    /*
     * A table of small sets, as the caches of processors have them: a client has its place in one set, and the one that has
     * not been seen there for longest makes room. So a flood from a million addresses costs a denial a glance at eight
     * places. The lock is for those who look at the table, and free otherwise.
     */

    private static final int WAYS = 8;

    private final @Nullable DeniedClient[] places;
    private final int sets; // a power of two
    private long forgotten;
    private long forgottenClients;

    /** @param capacity clients at most; rounded down to a power of two, and at least 8 */
    DeniedClients(int capacity) {
        sets = Integer.highestOneBit(Math.max(1, capacity / WAYS));
        places = new @Nullable DeniedClient[sets * WAYS];
    }

    /** Takes a denial in; true if the log has no line of its client for the time being. */
    synchronized boolean add(Denial denial) {
        DeniedClient client = place(denial);
        client.add(denial);
        return !client.isNamed();
    }

    /** The log has a line of this denial, which was added last. */
    synchronized void name(Denial denial) {
        DeniedClient client = find(denial.client());
        if (client != null) {
            client.name();
        }
    }

    private int firstPlace(IpAddress client) {
        return (((client.hashCode() * 0x9E3779B9) >>> 16) & (sets - 1)) * WAYS;
    }

    private @Nullable DeniedClient find(IpAddress client) {
        int from = firstPlace(client);
        for (int i = from; i < from + WAYS; i++) {
            DeniedClient known = places[i];
            if (known != null && known.address().equals(client)) {
                return known;
            }
        }
        return null;
    }

    private DeniedClient place(Denial denial) {
        DeniedClient known = find(denial.client());
        if (known != null) {
            return known;
        }
        int from = firstPlace(denial.client());
        int oldest = from;
        long seen = Long.MAX_VALUE;
        for (int i = from; i < from + WAYS && seen != Long.MIN_VALUE; i++) {
            DeniedClient other = places[i];
            long last = other == null ? Long.MIN_VALUE : other.last().time();
            if (last < seen) {
                seen = last;
                oldest = i;
            }
        }
        DeniedClient leaving = places[oldest];
        if (leaving != null && leaving.unsaid() > 0) {
            forgotten += leaving.unsaid();
            forgottenClients++;
        }
        DeniedClient coming = new DeniedClient(denial);
        places[oldest] = coming;
        return coming;
    }

    /** Shows all to somebody, who keeps none. */
    synchronized void forEach(Consumer<DeniedClient> looker) {
        for (DeniedClient client : places) {
            if (client != null) {
                looker.accept(client);
            }
        }
    }

    /** Forgets those that were denied last before that second, if the log knows of it. */
    synchronized void forgetBefore(long time) {
        for (int i = 0; i < places.length; i++) {
            DeniedClient client = places[i];
            if (client != null && client.last().time() < time && client.unsaid() == 0) {
                places[i] = null;
            }
        }
    }

    /** Denials, and clients, that made room before the log knew of them; since the last call. */
    synchronized long[] takeForgotten() {
        long[] taken = {forgotten, forgottenClients};
        forgotten = 0;
        forgottenClients = 0;
        return taken;
    }
}
