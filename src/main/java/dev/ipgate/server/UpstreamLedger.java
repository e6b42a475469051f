package dev.ipgate.server;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.upstream.UpstreamCounts;
import java.util.LinkedHashMap;
import java.util.Map;

/** The counts of each app, by where it is: its settings may change, and the counts go on. */
final class UpstreamLedger {

    private static final int MOST = 1000;

    private final int threads;
    private final Map<String, UpstreamCounts> known = new LinkedHashMap<>();

    /** @param threads IO threads */
    UpstreamLedger(int threads) {
        this.threads = threads;
    }

    /** The counts of an app; those of the one known longest are forgotten if there are too many. */
    synchronized UpstreamCounts of(UpstreamSettings settings) {
        UpstreamCounts counts = known.computeIfAbsent(settings.authorities(), unknown -> new UpstreamCounts(threads));
        if (known.size() > MOST) {
            known.remove(known.keySet().iterator().next());
        }
        return counts;
    }
}
