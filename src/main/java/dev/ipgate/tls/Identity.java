package dev.ipgate.tls;

import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A certificate with its chain, and the key that belongs to it: what a server shows and proves in a handshake. */
public final class Identity {

    /** Thrown for what is wrong with a key, or with both: the certificate alone is fine. */
    public static final class UnusableKeyException extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        UnusableKeyException(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    private static final int DNS_NAME = 2; // of GeneralName, RFC 5280 section 4.2.1.6

    private final List<X509Certificate> chain;
    private final PrivateKey key;

    private Identity(List<X509Certificate> chain, PrivateKey key) {
        this.chain = List.copyOf(chain);
        this.key = key;
    }

    /**
     * Reads a pair.
     *
     * @param certificate PEM, the server's own certificate first and then the rest of its chain
     * @param privateKey PEM
     * @param passphraseFile holds the key's passphrase in its first line, or null
     * @throws UnusableKeyException with a message for the operator, if the key cannot be read or is another's
     * @throws IllegalArgumentException with a message for the operator, if the certificate cannot be read
     */
    public static Identity read(Path certificate, Path privateKey, @Nullable Path passphraseFile) {
        List<X509Certificate> chain = Pem.read(certificate).certificates();
        PrivateKey key = key(privateKey, passphraseFile);
        for (int i = 0; i < chain.size(); i++) {
            if (belongs(key, chain.get(i).getPublicKey())) {
                if (i > 0) {
                    throw new IllegalArgumentException(
                            "\"" + certificate + "\" has the server's own certificate as number " + (i + 1)
                                    + "; it must be the first, and its issuers follow");
                }
                return new Identity(chain, key);
            }
        }
        throw new UnusableKeyException(
                "\"" + privateKey + "\" does not belong to the certificate \"" + certificate + "\"", null);
    }

    private static PrivateKey key(Path file, @Nullable Path passphraseFile) {
        try {
            return PrivateKeys.read(file, passphraseFile);
        } catch (IllegalArgumentException e) {
            throw new UnusableKeyException(String.valueOf(e.getMessage()), e);
        }
    }

    private static boolean belongs(PrivateKey privateKey, PublicKey publicKey) {
        if (!privateKey.getAlgorithm().equals(publicKey.getAlgorithm())) {
            return false;
        }
        byte[] anything = {1, 2, 3};
        try {
            Signature signature =
                    Signature.getInstance(privateKey.getAlgorithm().equals("EC") ? "SHA256withECDSA" : "SHA256withRSA");
            signature.initSign(privateKey);
            signature.update(anything);
            byte[] signed = signature.sign();
            signature.initVerify(publicKey);
            signature.update(anything);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false; // another curve, or another length
        }
    }

    /** The server's own certificate first. */
    List<X509Certificate> chain() {
        return chain;
    }

    PrivateKey key() {
        return key;
    }

    /** {@code RSA} or {@code EC}. */
    String algorithm() {
        return key.getAlgorithm();
    }

    public Instant validFrom() {
        return chain.get(0).getNotBefore().toInstant();
    }

    public Instant validUntil() {
        return chain.get(0).getNotAfter().toInstant();
    }

    /** The names that it is for, in lower case, such as {@code *.example.com}; addresses are left out, as SNI has none. */
    public List<String> names() {
        Collection<List<?>> all;
        try {
            all = chain.get(0).getSubjectAlternativeNames();
        } catch (CertificateParsingException e) {
            return List.of();
        }
        return all == null
                ? List.of()
                : all.stream()
                        .filter(name -> Objects.equals(name.get(0), DNS_NAME))
                        .map(name -> String.valueOf(name.get(1)).toLowerCase(Locale.ROOT))
                        .toList();
    }

    /** Number of the first certificate of the chain that its successor has not issued, from 1; 0 if there is none. */
    public int gap() {
        for (int i = 1; i < chain.size(); i++) {
            if (!chain.get(i - 1).getIssuerX500Principal().equals(chain.get(i).getSubjectX500Principal())) {
                return i;
            }
        }
        return 0;
    }

    /** The same certificates; their key is the same then, too. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Identity identity && chain.equals(identity.chain);
    }

    @Override
    public int hashCode() {
        return chain.hashCode();
    }

    /** Whose it is and how long; nothing of the key. */
    @Override
    public String toString() {
        return String.join(", ", names()) + " until " + validUntil();
    }
}
