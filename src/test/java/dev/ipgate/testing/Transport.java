package dev.ipgate.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** What a test's clients and its gate speak, where the test itself speaks HTTP/1.1. */
public enum Transport {
    PLAIN,
    TLS,
    /** Over TLS, where each request is a stream. */
    HTTP2;

    private static final String NAME = "transport";

    /** The conf file's {@code listen}; what it names is made in the folder. */
    String listen(Path folder) throws IOException {
        if (this == PLAIN) {
            return "\"127.0.0.1:0\"";
        }
        new OpenSsl(folder).ec(NAME, "DNS:localhost");
        return "{address: \"127.0.0.1:0\", tls: " + OpenSsl.tls(NAME) + "}";
    }

    /** As the access log has it. */
    public String version() {
        return this == HTTP2 ? "HTTP/2.0" : "HTTP/1.1";
    }

    /** The Connection header of an answer that is the last on its connection. */
    public @Nullable String close() {
        return this == HTTP2 ? null : "close";
    }

    /** Has a client, who is connected, speak it. */
    RawClient speak(RawClient client, @Nullable SSLContext trust) throws IOException {
        if (trust == null) {
            return client;
        }
        return this == HTTP2 ? client.secureHttp2(trust) : client.secure(trust);
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
