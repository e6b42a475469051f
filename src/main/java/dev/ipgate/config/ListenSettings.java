package dev.ipgate.config;

import dev.ipgate.problem.Position;
import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One address to listen on, and what is special about the connections that come in there.
 *
 * @param text as written, which is also its name across reloads
 * @param address what to bind; the wildcard for a port alone or {@code *}; port 0 for any free port
 * @param tls how TLS is spoken there; null for plain HTTP
 * @param http2 whether HTTP/2 is spoken there: over TLS with whom asks for it, else with whom begins with it
 * @param proxyProtocol whether every connection begins with a PROXY header, from a trusted proxy
 * @param redirectToHttps whether every request is sent on to https, with the same host, path and query
 * @param acmeChallenges the folder below which an ACME client leaves its challenges, or null
 * @param at where it stands
 */
public record ListenSettings(
        String text,
        InetSocketAddress address,
        @Nullable TlsSettings tls,
        boolean http2,
        boolean proxyProtocol,
        boolean redirectToHttps,
        @Nullable Path acmeChallenges,
        Position at) {

    /** Whether a client's certificate may let it in, where others need another door. */
    boolean hasCertificateDoor() {
        ClientAuthentication clients = tls == null ? null : tls.clients();
        return clients != null && !clients.required();
    }

    /** The same with other TLS. */
    public ListenSettings with(TlsSettings next) {
        return new ListenSettings(text, address, next, http2, proxyProtocol, redirectToHttps, acmeChallenges, at);
    }

    /** Whether connections are treated in the same way, wherever that stands. */
    public boolean isLike(ListenSettings other) {
        return http2 == other.http2
                && proxyProtocol == other.proxyProtocol
                && redirectToHttps == other.redirectToHttps
                && Objects.equals(acmeChallenges, other.acmeChallenges)
                && Objects.equals(tls, other.tls);
    }
}
