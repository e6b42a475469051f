package dev.ipgate.tls;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSession;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * The certificates of a listener, chosen by the name that the client asks for (SNI, RFC 6066 section 3): those that name it,
 * then those with a wildcard for it (RFC 6125 section 6.4.3), then the first of all. Of several for the same name the client
 * gets the first whose kind of key it knows. Immutable.
 */
final class Identities extends X509ExtendedKeyManager {

    private final List<Identity> all;
    private final Map<String, List<Integer>> byName = new HashMap<>();
    private final List<Integer> fallback = new ArrayList<>();

    /** @param all not empty */
    Identities(List<Identity> all) {
        this.all = List.copyOf(all);
        for (int i = 0; i < all.size(); i++) {
            for (String name : all.get(i).names()) {
                byName.computeIfAbsent(name, first -> new ArrayList<>()).add(i);
            }
            if (all.get(i).names().equals(all.get(0).names())) {
                fallback.add(i);
            }
        }
    }

    /** The number of the certificate for a name and a kind of key, as text; null if there is none for the kind. */
    @Nullable
    String choose(@Nullable String serverName, String keyType) {
        String found = null;
        if (serverName != null) {
            String name = serverName.toLowerCase(Locale.ROOT);
            found = first(byName.getOrDefault(name, List.of()), keyType);
            int dot = name.indexOf('.');
            if (found == null && dot > 0) {
                found = first(byName.getOrDefault("*" + name.substring(dot), List.of()), keyType);
            }
        }
        return found == null ? first(fallback, keyType) : found;
    }

    private @Nullable String first(List<Integer> numbers, String keyType) {
        for (int number : numbers) {
            String algorithm = all.get(number).algorithm();
            if (keyType.equals(algorithm) || keyType.startsWith(algorithm + "_")) {
                return Integer.toString(number);
            }
        }
        return null;
    }

    @Override
    public @Nullable String chooseEngineServerAlias(String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
        return choose(serverName(engine.getHandshakeSession()), keyType);
    }

    /** The name that the client has asked for; null if it has not. */
    static @Nullable String serverName(@Nullable SSLSession session) {
        if (session instanceof ExtendedSSLSession extended) {
            for (SNIServerName name : extended.getRequestedServerNames()) {
                if (name instanceof SNIHostName host) {
                    return host.getAsciiName();
                }
            }
        }
        return null;
    }

    @Override
    public X509Certificate @Nullable [] getCertificateChain(String alias) {
        return all.get(Integer.parseInt(alias)).chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
        return all.get(Integer.parseInt(alias)).key();
    }

    @Override
    public @Nullable String chooseServerAlias(String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null; // there are only engines here
    }

    @Override
    public String @Nullable [] getServerAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }

    @Override
    public @Nullable String chooseClientAlias(
            String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
        return null;
    }

    @Override
    public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
        return null;
    }
}
