package dev.ipgate.upstream;

import dev.ipgate.config.AppTls;
import dev.ipgate.config.AppUrl;
import dev.ipgate.http.BufferPool;
import dev.ipgate.net.IpAddress;
import dev.ipgate.tls.TlsHandshake;
import dev.ipgate.tls.TlsLink;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Speaks TLS 1.2 and 1.3 with an upstream's https apps: whom to believe, and sessions that can be resumed. */
final class TlsClient {

    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final int POOLED_BUFFERS = 256;

    private final SSLContext context;
    private final boolean verify;
    private final ByteBufferPool records = BufferPool.forTls(TlsLink.RECORD_BYTES, POOLED_BUFFERS);

    TlsClient(AppTls settings) {
        verify = settings.verify();
        try {
            AppTrust trust = new AppTrust(verify ? authorities(settings.authorities()) : null);
            context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {trust}, null);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("this Java has no TLS", e);
        }
    }

    /** @param certificates the authorities; empty for those that the JDK trusts */
    private static X509ExtendedTrustManager authorities(List<X509Certificate> certificates)
            throws GeneralSecurityException, IOException {
        KeyStore store = null;
        if (!certificates.isEmpty()) {
            store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            for (X509Certificate certificate : certificates) {
                store.setCertificateEntry("ca" + store.size(), certificate);
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager found) {
                return found;
            }
        }
        throw new GeneralSecurityException("no X.509 trust manager");
    }

    /** A handshake on a new connection, ready to start; its arithmetic is done by the worker's threads. */
    TlsHandshake handshake(
            StreamConnection connection,
            AppUrl url,
            BiConsumer<StreamConnection, TlsLink> done,
            Consumer<IOException> failed) {
        TlsLink link = new TlsLink(
                engine(url),
                records,
                connection.getSourceChannel().getConduit(),
                connection.getSinkChannel().getConduit());
        return new TlsHandshake(connection, link, connection.getWorker(), true, done, failed);
    }

    private SSLEngine engine(AppUrl url) {
        SSLEngine engine = context.createSSLEngine(url.host(), url.port());
        engine.setUseClientMode(true);
        SSLParameters parameters = engine.getSSLParameters();
        parameters.setProtocols(PROTOCOLS.clone());
        if (verify) {
            parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9110 section 4.3.4
        }
        SNIHostName name = serverName(url.host());
        if (name != null) {
            parameters.setServerNames(List.of(name));
        }
        engine.setSSLParameters(parameters);
        return engine;
    }

    /** What SNI says (RFC 6066 section 3): never an address, nor a name with an underscore. */
    private static @Nullable SNIHostName serverName(String host) {
        if (IpAddress.parse(host, 0, host.length()) != null) {
            return null;
        }
        try {
            return new SNIHostName(host);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
