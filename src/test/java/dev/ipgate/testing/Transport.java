package dev.ipgate.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a test's clients and its gate speak below HTTP/1.1. */
public enum Transport {
    PLAIN,
    TLS;

    private static final String NAME = "transport";

    /** The conf file's {@code listen}; what it names is made in the folder. */
    String listen(Path folder) throws IOException {
        if (this == PLAIN) {
            return "\"127.0.0.1:0\"";
        }
        new OpenSsl(folder).ec(NAME, "DNS:localhost");
        return "{address: \"127.0.0.1:0\", tls: " + OpenSsl.tls(NAME) + "}";
    }

    /** What a client needs to speak it; null for nothing. */
    @Nullable
    SSLContext trust(Path folder) throws IOException {
        try {
            return this == PLAIN ? null : Trust.in(folder.resolve(NAME + ".pem"));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
