package dev.ipgate.tls;

import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
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
    private final List<PrivateKey> keys = new ArrayList<>();
    private final Map<String, List<Integer>> byName = new HashMap<>();
    private final List<Integer> fallback = new ArrayList<>();

    /**
     * @param all not empty
     * @param provider who makes the signatures, and shall not have to translate a key each time; null for the JDK
     */
    Identities(List<Identity> all, @Nullable Provider provider) {
        this.all = List.copyOf(all);
        for (int i = 0; i < all.size(); i++) {
            keys.add(provider == null ? all.get(i).key() : translate(all.get(i).key(), provider));
            for (String name : all.get(i).names()) {
                byName.computeIfAbsent(name, first -> new ArrayList<>()).add(i);
            }
            if (all.get(i).names().equals(all.get(0).names())) {
                fallback.add(i);
            }
        }
    }

    private static PrivateKey translate(PrivateKey key, Provider provider) {
        try {
            return KeyFactory.getInstance(key.getAlgorithm(), provider)
                    .generatePrivate(new PKCS8EncodedKeySpec(key.getEncoded()));
        } catch (GeneralSecurityException e) {
            return key; // a rare one, such as RSA with a long public exponent: only handshakes that need it may fail
        }
    }

    /**
     * The number of the certificate for a name and a kind of key, as text; null if there is none for the kind. Others than
     * those that name it are only for a name that is in none: a client asks for its best kind of key first, and would get
     * another site's certificate where its own has the other kind.
     */
    @Nullable
    String choose(@Nullable String serverName, String keyType) {
        return first(candidates(serverName), keyType);
    }

    private List<Integer> candidates(@Nullable String serverName) {
        if (serverName == null) {
            return fallback;
        }
        String name = serverName.toLowerCase(Locale.ROOT);
        List<Integer> exact = byName.get(name);
        if (exact != null) {
            return exact;
        }
        int dot = name.indexOf('.');
        return dot > 0 ? byName.getOrDefault("*" + name.substring(dot), fallback) : fallback;
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
        return keys.get(Integer.parseInt(alias));
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
