package dev.ipgate.server;

import dev.ipgate.tls.Conscrypt;
import java.io.IOException;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.Provider;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whose TLS the listeners speak: Conscrypt's if its jar lies beside ours, and else the JDK's. */
final class TlsProvider {

    private static final Logger LOG = LoggerFactory.getLogger(TlsProvider.class);

    private TlsProvider() {}

    /** Looked for once, when the first listener with TLS is made: a library that is loaded stays. */
    private static final class Found {
        private static final @Nullable Provider PROVIDER = find();
    }

    /** Null for the JDK's. */
    static @Nullable Provider get() {
        return Found.PROVIDER;
    }

    private static @Nullable Provider find() {
        try {
            Path jar = jar();
            if (jar == null) {
                return null;
            }
            Provider provider = Conscrypt.load(jar);
            LOG.info("TLS is that of {}", jar.getFileName());
            return provider;
        } catch (IOException | IllegalStateException e) {
            LOG.warn("TLS is the JDK's: {}", e.getMessage());
            return null;
        }
    }

    private static @Nullable Path jar() throws IOException {
        CodeSource source = TlsProvider.class.getProtectionDomain().getCodeSource();
        try {
            URL location = source == null ? null : source.getLocation();
            Path folder = location == null ? null : Path.of(location.toURI()).getParent();
            return folder == null ? null : Conscrypt.jarIn(folder);
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }
}
