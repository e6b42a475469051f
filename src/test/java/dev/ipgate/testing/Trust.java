package dev.ipgate.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** What a client believes. */
public final class Trust {

    private Trust() {}

    /** What a client needs that believes the certificates of these PEM files, and no others. */
    public static SSLContext in(Path... files) throws IOException, GeneralSecurityException {
        return context(null, files);
    }

    /** The same for a client that shows the certificate of a PKCS#12 file. */
    public static SSLContext as(Path own, String password, Path... files) throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(own)) {
            store.load(in, password.toCharArray());
        }
        KeyManagerFactory factory = KeyManagerFactory.getInstance("PKIX");
        factory.init(store, password.toCharArray());
        return context(factory.getKeyManagers(), files);
    }

    private static SSLContext context(KeyManager @Nullable [] own, Path... files)
            throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                store.setCertificateEntry(
                        file.toString(), CertificateFactory.getInstance("X.509").generateCertificate(in));
            }
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
        factory.init(store);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own, factory.getTrustManagers(), null);
        return context;
    }
}
