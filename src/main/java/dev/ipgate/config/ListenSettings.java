package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on, and what is special about the connections that come in there.
 *
 * @param text as written, which is also its name across reloads
 * @param address what to bind; the wildcard for a port alone or {@code *}; port 0 for any free port
 * @param proxyProtocol whether every connection begins with a PROXY header, from a trusted proxy
 * @param redirectToHttps whether every request is sent on to https, with the same host, path and query
 * @param acmeChallenges the folder below which an ACME client leaves its challenges, or null
 * @param at where it stands
 */
public record ListenSettings(
        String text,
        InetSocketAddress address,
        boolean proxyProtocol,
        boolean redirectToHttps,
        @Nullable Path acmeChallenges,
        Position at) {

    /** Whether connections are treated in the same way, wherever that stands. */
    public boolean isLike(ListenSettings other) {
        return proxyProtocol == other.proxyProtocol
                && redirectToHttps == other.redirectToHttps
                && Objects.equals(acmeChallenges, other.acmeChallenges);
    }
}
