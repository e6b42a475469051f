package dev.ipgate.server;

import dev.ipgate.config.CertificateFiles;
import dev.ipgate.config.ListenSettings;
import dev.ipgate.config.TlsSettings;
import dev.ipgate.tls.TlsResources;
import dev.ipgate.tls.TlsServer;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the connections that one socket accepts. The socket stays when a reload changes this, or when a
 * certificate's files change; connections that are open do not notice.
 */
final class Endpoint {

    /** HTTP/2, as ALPN calls it (RFC 9113 section 3.2). */
    static final String HTTP2 = "h2";

    /** What can be spoken over TLS, the best first; curl offers HTTP/1.0 under its own name when it is told to speak it. */
    private static final List<String> PROTOCOLS = List.of("http/1.1", "http/1.0");

    private static final List<String> PROTOCOLS_WITH_HTTP2 = List.of(HTTP2, "http/1.1", "http/1.0");

    /** The settings, and what was made of their certificates. */
    private record State(ListenSettings settings, @Nullable TlsServer tls) {}

    private final TlsResources resources;
    private volatile State state;

    Endpoint(ListenSettings settings, TlsResources resources) {
        this.resources = resources;
        state = new State(settings, server(settings));
    }

    private @Nullable TlsServer server(ListenSettings listen) {
        TlsSettings tls = listen.tls();
        return tls == null
                ? null
                : new TlsServer(
                        tls.certificates().stream()
                                .map(CertificateFiles::identity)
                                .toList(),
                        listen.http2() ? PROTOCOLS_WITH_HTTP2 : PROTOCOLS,
                        tls.clients(),
                        resources,
                        TlsProvider.get());
    }

    ListenSettings settings() {
        return state.settings();
    }

    /** The server's side of TLS; null for plain HTTP. */
    @Nullable
    TlsServer tls() {
        return state.tls();
    }

    /** Takes over what a reload has read. Where nothing has changed, TLS sessions can still be resumed. */
    synchronized void use(ListenSettings next) {
        TlsSettings tls = next.tls();
        ListenSettings before = state.settings();
        boolean same = tls != null && tls.equals(before.tls()) && next.http2() == before.http2();
        state = new State(next, same ? state.tls() : server(next));
    }

    /** Takes over a new reading of a certificate, if it is one of ours. */
    synchronized void use(CertificateFiles reading) {
        TlsSettings tls = state.settings().tls();
        if (tls != null
                && tls.certificates().stream().anyMatch(files -> files.paths().equals(reading.paths()))) {
            use(state.settings().with(tls.with(reading)));
        }
    }
}
