package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The clients that were denied lately, as one IO thread has seen them: so many at most, whoever comes. */
final class DeniedClients {

    /*
     * A table of small sets, as the caches of processors have them: a client has its place in one set, and the one that has
     * not been seen there for longest makes room. So a flood from a million addresses costs a denial a glance at eight
     * places, whose hashes and times lie side by side. The lock is for those who look at the table, and free otherwise.
     */

    private static final int WAYS = 8;

    private final @Nullable DeniedClient[] places;
    private final int[] hashes; // of the address at each place
    private final long[] seen; // when it was denied last, in seconds since the epoch; 0 where there is nobody
    private final int sets; // a power of two
    private long forgotten;
    private long forgottenClients;

    /** @param capacity clients at most; rounded down to a power of two, and at least 8 */
    DeniedClients(int capacity) {
        sets = Integer.highestOneBit(Math.max(1, capacity / WAYS));
        places = new @Nullable DeniedClient[sets * WAYS];
        hashes = new int[places.length];
        seen = new long[places.length];
    }

    /** Takes a denial in; true if the log has no line of its client for the time being. */
    synchronized boolean add(Denial denial) {
        int hash = hash(denial.client());
        int from = firstPlace(hash);
        int oldest = from;
        for (int i = from; i < from + WAYS; i++) {
            if (hashes[i] == hash) {
                DeniedClient known = places[i];
                if (known != null && known.address().equals(denial.client())) {
                    seen[i] = denial.time();
                    known.add(denial);
                    return !known.isNamed();
                }
            }
            if (seen[i] < seen[oldest]) {
                oldest = i;
            }
        }
        replace(oldest, denial, hash);
        return true;
    }

    private void replace(int place, Denial denial, int hash) {
        DeniedClient leaving = places[place];
        if (leaving != null && leaving.unsaid() > 0) {
            forgotten += leaving.unsaid();
            forgottenClients++;
        }
        places[place] = new DeniedClient(denial);
        hashes[place] = hash;
        seen[place] = denial.time();
    }

    /** The log has a line of this denial, which was added last. */
    synchronized void name(Denial denial) {
        int from = firstPlace(hash(denial.client()));
        for (int i = from; i < from + WAYS; i++) {
            DeniedClient known = places[i];
            if (known != null && known.address().equals(denial.client())) {
                known.name();
            }
        }
    }

    private static int hash(IpAddress client) {
        return client.hashCode() * 0x9E3779B9;
    }

    private int firstPlace(int hash) {
        return ((hash >>> 16) & (sets - 1)) * WAYS;
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
                seen[i] = 0;
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
