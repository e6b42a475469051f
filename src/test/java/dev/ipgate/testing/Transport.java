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
    HTTP2,
    /** The same in the clear, to a server that is known to speak it. */
    H2C;

    private static final String NAME = "transport";

    /** The conf file's {@code listen}; what it names is made in the folder. */
    String listen(Path folder) throws IOException {
        if (this == PLAIN) {
            return "\"127.0.0.1:0\"";
        }
        if (this == H2C) {
            return "{address: \"127.0.0.1:0\", http2: true}";
        }
        new OpenSsl(folder).ec(NAME, "DNS:localhost");
        return "{address: \"127.0.0.1:0\", tls: " + OpenSsl.tls(NAME) + "}";
    }

    public boolean isHttp2() {
        return this == HTTP2 || this == H2C;
    }

    /** As the access log has it. */
    public String version() {
        return isHttp2() ? "HTTP/2.0" : "HTTP/1.1";
    }

    /** The Connection header of an answer that is the last on its connection. */
    public @Nullable String close() {
        return isHttp2() ? null : "close";
    }

    /** Whether the server ends the connection, which is waited for; over HTTP/2 it may go on where HTTP/1's cannot. */
    public boolean ends(RawClient client) throws IOException {
        return isHttp2() || client.isClosedByServer();
    }

    /** Has a client, who is connected, speak it. */
    RawClient speak(RawClient client, @Nullable SSLContext trust) throws IOException {
        if (trust == null) {
            return this == H2C ? client.http2() : client;
        }
        return this == HTTP2 ? client.secureHttp2(trust) : client.secure(trust);
    }

    /** What a client needs to speak it; null for nothing. */
    @Nullable
    SSLContext trust(Path folder) throws IOException {
        try {
            return this == PLAIN || this == H2C ? null : Trust.in(folder.resolve(NAME + ".pem"));
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
    }
}
