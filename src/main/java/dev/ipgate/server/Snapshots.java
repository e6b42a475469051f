package dev.ipgate.server;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.http.PieceBuffers;
import dev.ipgate.upstream.Spool;
import dev.ipgate.upstream.Upstream;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Makes snapshots: what the last one and the next have in common, connections to an app above all, is handed over. */
final class Snapshots {

    private final PieceBuffers pieces;
    private final Spool spool;
    private final RequestCounts requestCounts;
    private final UpstreamLedger upstreamCounts;
    private final Surroundings surroundings;

    /** @param threads IO threads, each of which counts for itself */
    Snapshots(PieceBuffers pieces, Spool spool, int threads, RequestCounts requestCounts, Surroundings surroundings) {
        this.pieces = pieces;
        this.spool = spool;
        this.requestCounts = requestCounts;
        this.upstreamCounts = new UpstreamLedger(threads);
        this.surroundings = surroundings;
    }

    Snapshot first(Configuration configuration, UsersFiles.Change users, AccessLog accessLog) {
        return make(configuration, new HashMap<>(), users, accessLog);
    }

    /** One to take the place of another. */
    Snapshot next(Configuration configuration, Snapshot before, UsersFiles.Change users, AccessLog accessLog) {
        Map<UpstreamSettings, Upstream> known = new HashMap<>();
        before.upstreams().forEach(upstream -> known.put(upstream.settings(), upstream));
        return make(configuration, known, users, accessLog);
    }

    private Snapshot make(
            Configuration configuration,
            Map<UpstreamSettings, Upstream> known,
            UsersFiles.Change users,
            AccessLog accessLog) {
        List<Upstream> upstreams = configuration.judge().places().stream()
                .map(place -> known.computeIfAbsent(
                        place.upstream(),
                        settings -> new Upstream(settings, pieces, spool, upstreamCounts.of(settings))))
                .toList();
        return new Snapshot(
                configuration, upstreams, users, accessLog, requestCounts.of(configuration.judge()), surroundings);
    }
}
