package dev.ipgate.server;

import dev.ipgate.lists.Sources;
import dev.ipgate.upstream.Spool;
import java.time.Instant;
import java.util.function.Supplier;

/**
 * Everything that the operator may want to look at.
 *
 * @param snapshot the one of the day
 * @param started when the gate did
 */
record Instruments(
        Supplier<Snapshot> snapshot,
        Instant started,
        RequestCounts requests,
        History history,
        Denials denials,
        Denials reported,
        Reloads reloads,
        Sources sources,
        LiveGrants grants,
        Listeners listeners,
        ClientConnections connections,
        CertificateWatch certificates,
        UsersFiles users,
        PasswordWork passwords,
        Spool spool) {

    /** The version of this program, or "unpackaged". */
    static String version() {
        String version = Instruments.class.getPackage().getImplementationVersion();
        return version == null ? "unpackaged" : version;
    }
}
