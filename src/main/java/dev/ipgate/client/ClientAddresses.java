package dev.ipgate.client;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the client's address: the rules of {@code client_address}, compiled. Immutable and pure. */
public final class ClientAddresses {

    /** Gives the lines of a header in order; null or empty if the request has none. */
    @FunctionalInterface
    public interface Headers {
        @Nullable
        List<String> lines(String name);
    }

    /** See {@code config.ClientAddressSettings}, whose meaning each parameter has. */
    public ClientAddresses(
            AddressSet trustedProxies,
            String header,
            boolean recursive,
            boolean keepMalformed,
            boolean ignoreUntrustedForwarder) {}

    public boolean trusts(IpAddress peer) {
        throw new UnsupportedOperationException();
    }

    public ClientAddress find(IpAddress peer, Headers headers) {
        throw new UnsupportedOperationException();
    }
}
