package dev.ipgate.tls;

import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/**
 * What the handshake has told of a client.
 *
 * @param protocol what is to be spoken, by ALPN (RFC 7301), such as {@code h2}; empty if the client does not ask
 * @param serverName the name that it has asked for by SNI, as it wrote it; null if it named none
 * @param certificate its own, which an authority of {@code client_ca_file} has signed; null if it has shown none
 * @param authorities by which that was judged; empty if none was asked for
 */
public record TlsPeer(
        String protocol,
        @Nullable String serverName,
        @Nullable X509Certificate certificate,
        List<X509Certificate> authorities) {

    public TlsPeer {
        authorities = List.copyOf(authorities);
    }

    static TlsPeer of(SSLEngine engine, List<X509Certificate> authorities) {
        SSLSession session = engine.getSession();
        String protocol = engine.getApplicationProtocol();
        return new TlsPeer(
                protocol == null ? "" : protocol, Identities.serverName(session), certificate(session), authorities);
    }

    private static @Nullable X509Certificate certificate(SSLSession session) {
        try {
            Certificate[] chain = session.getPeerCertificates();
            return chain.length > 0 && chain[0] instanceof X509Certificate own ? own : null;
        } catch (SSLPeerUnverifiedException e) {
            return null;
        }
    }
}
