package dev.ipgate.server;

import dev.ipgate.config.ListenSettings;
import dev.ipgate.http.ClientLink;
import dev.ipgate.policy.CertificateDoor;
import dev.ipgate.tls.TlsPeer;
import dev.ipgate.tls.TlsServer.ClientAuthentication;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import org.jspecify.annotations.Nullable;

/** What the certificate that a client has shown in its handshake, or has not, says of its present request. */
final class ClientCertificates {

    /*
     * The handshake has verified the certificate, but that was then: a connection may outlive it, and a reload may have
     * changed whose certificates count. The handshake is not repeated; what no longer counts was not shown.
     */

    private ClientCertificates() {}

    static CertificateDoor door(ClientLink link) {
        ListenSettings listen = link.listen();
        ClientAuthentication wanted = listen.tls() == null ? null : listen.tls().clients();
        if (wanted == null) {
            return CertificateDoor.NONE;
        }
        boolean shown = isShown(link.tls(), wanted);
        if (wanted.required()) {
            return shown ? CertificateDoor.NONE : CertificateDoor.BARRED;
        }
        return shown ? CertificateDoor.OPEN : CertificateDoor.SHUT;
    }

    private static boolean isShown(@Nullable TlsPeer peer, ClientAuthentication wanted) {
        X509Certificate certificate = peer == null ? null : peer.certificate();
        if (peer == null || certificate == null || !peer.authorities().equals(wanted.authorities())) {
            return false;
        }
        try {
            certificate.checkValidity();
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }
}
