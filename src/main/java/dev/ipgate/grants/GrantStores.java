package dev.ipgate.grants;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The stores of a process: one for each state folder, however often the conf file is read. Safe to share between threads. */
public final class GrantStores implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GrantStores.class);

    private final InstantSource clock;
    private final Map<Path, GrantStore> open = new HashMap<>();

    /** @param clock by which grants end */
    public GrantStores(InstantSource clock) {
        this.clock = clock;
    }

    /** The time of the grants. */
    public InstantSource clock() {
        return clock;
    }

    /** The store of a folder, which is read if it was not before. */
    public synchronized GrantStore in(Path folder) {
        return open.computeIfAbsent(folder, unread -> GrantStore.open(unread, clock));
    }

    /** Forgets all others, and lets other processes write into their folders. */
    public synchronized void keepOnly(@Nullable Path folder) {
        for (Iterator<GrantStore> stores = open.values().iterator(); stores.hasNext(); ) {
            GrantStore store = stores.next();
            if (!store.folder().equals(folder)) {
                close(store);
                stores.remove();
            }
        }
    }

    /** Forgets all. */
    @Override
    public void close() {
        keepOnly(null);
    }

    private static void close(GrantStore store) {
        try {
            store.close();
        } catch (IOException e) {
            LOG.warn("the state folder \"{}\" stays locked: {}", store.folder(), e.toString());
        }
    }
}
