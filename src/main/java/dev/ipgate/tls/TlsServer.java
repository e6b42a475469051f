package dev.ipgate.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/**
 * The server's side of TLS 1.2 and 1.3 on one listener, with the certificates of one reading: another reading makes another
 * server, and connections that are open do not notice. Safe for use by several threads.
 */
public final class TlsServer {

    /** What clients' certificates are judged by. */
    public record ClientAuthentication(List<X509Certificate> authorities, boolean required) {

        public ClientAuthentication {
            authorities = List.copyOf(authorities);
        }
    }

    /** Who is told how a handshake went, on the connection's IO thread. */
    public interface Handoff {

        /** TLS is in place on the connection. */
        void secured(StreamConnection connection, TlsPeer peer);

        /** There was no handshake, and the connection is closed or about to be. */
        void failed(StreamConnection connection, String reason);

        /** Of all it has kept its part of the memory longest, which is used up; the connection is about to be closed. */
        void crowdedOut(StreamConnection connection);
    }

    /**
     * Mozilla's intermediate profile, version 5.7, without DHE, which is slow and which nobody needs who knows GCM. All are
     * good, so the client chooses: it knows whether its hardware does AES.
     */
    private static final List<String> SUITES = List.of(
            "TLS_AES_128_GCM_SHA256",
            "TLS_AES_256_GCM_SHA384",
            "TLS_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
            "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
            "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
            "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

    private static final String[] VERSIONS = {"TLSv1.3", "TLSv1.2"};
    private static final int SESSIONS = 2000; // kept for clients that know no tickets; the JDK would keep 20480

    private final SSLContext context;
    private final String[] suites;
    private final String[] protocols;
    private final @Nullable ClientAuthentication clients;
    private final TlsResources resources;
    private final boolean engineHasTasks;

    /**
     * Makes a server without connections.
     *
     * @param identities the first is for clients that ask for no name, or for one that is in none of them
     * @param protocols what can be spoken above, for ALPN, the best first; a client that offers others only is refused
     * @param clients null if clients are not asked for certificates
     * @param resources shared with other servers, and those of other readings
     * @param provider of TLS itself; null for the JDK's
     */
    public TlsServer(
            List<Identity> identities,
            List<String> protocols,
            @Nullable ClientAuthentication clients,
            TlsResources resources,
            @Nullable Provider provider) {
        this.protocols = protocols.toArray(String[]::new);
        this.clients = clients;
        this.resources = resources;
        this.engineHasTasks = provider == null;
        try {
            context = provider == null ? SSLContext.getInstance("TLS") : SSLContext.getInstance("TLS", provider);
            context.init(
                    new KeyManager[] {new Identities(identities, provider)},
                    clients == null ? new TrustManager[0] : trust(clients.authorities()),
                    null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
        context.getServerSessionContext().setSessionCacheSize(SESSIONS);
        List<String> known = Arrays.asList(context.getSupportedSSLParameters().getCipherSuites());
        suites = SUITES.stream().filter(known::contains).toArray(String[]::new);
    }

    private static TrustManager[] trust(List<X509Certificate> authorities)
            throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (X509Certificate authority : authorities) {
            store.setCertificateEntry("ca" + store.size(), authority);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        return factory.getTrustManagers();
    }

    /**
     * Shakes hands with a client that has just connected. Called on the connection's IO thread.
     *
     * @param early what was read of it already, or null
     * @param patience how long that may take
     */
    public void accept(StreamConnection connection, @Nullable ByteBuffer early, Duration patience, Handoff handoff) {
        TlsLink link = new TlsLink(
                engine(),
                resources.records(),
                connection.getSourceChannel().getConduit(),
                connection.getSinkChannel().getConduit());
        if (early != null) {
            link.giveBack(early);
        }
        List<X509Certificate> authorities = clients == null ? List.of() : clients.authorities();
        new Arrival(connection, link, authorities, resources.of(connection.getIoThread()), engineHasTasks, handoff)
                .start(patience);
    }

    private SSLEngine engine() {
        SSLEngine engine = context.createSSLEngine();
        engine.setUseClientMode(false);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(VERSIONS);
        parameters.setCipherSuites(suites);
        parameters.setUseCipherSuitesOrder(false);
        parameters.setApplicationProtocols(protocols);
        if (clients != null) {
            if (clients.required()) {
                parameters.setNeedClientAuth(true);
            } else {
                parameters.setWantClientAuth(true);
            }
        }
        engine.setSSLParameters(parameters);
        return engine;
    }
}
