package dev.ipgate.tls;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.tls.Pem.Block;
import java.io.IOException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import javax.crypto.BadPaddingException;
import javax.crypto.Cipher;
import javax.crypto.EncryptedPrivateKeyInfo;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Reads private keys as OpenSSL and certbot write them: PKCS#8 (RFC 5958), plain or encrypted; PKCS#1 (RFC 8017) and SEC1
 * (RFC 5915), which Java does not know and which are put into PKCS#8 here.
 */
final class PrivateKeys {

    private static final String ENCRYPTED = "ENCRYPTED PRIVATE KEY";
    private static final List<String> LABELS = List.of("PRIVATE KEY", ENCRYPTED, "RSA PRIVATE KEY", "EC PRIVATE KEY");
    private static final List<String> ALGORITHMS = List.of("RSA", "EC"); // those that Java's TLS can sign with

    private PrivateKeys() {}

    /**
     * Reads the first key of a file.
     *
     * @param passphraseFile holds the passphrase of an encrypted key in its first line; or null
     * @throws IllegalArgumentException with a message for the operator
     */
    static PrivateKey read(Path path, @Nullable Path passphraseFile) {
        Pem pem = Pem.read(path);
        String quoted = "\"" + path + "\"";
        Block block = pem.blocks().stream()
                .filter(one -> LABELS.contains(one.label()))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(quoted + " holds no private key" + instead(pem)));
        if (block.text().contains("ENCRYPTED")) {
            throw new IllegalArgumentException(quoted + " is encrypted in OpenSSL's old form; convert it: openssl pkcs8"
                    + " -topk8 -in " + path + " -out NEW");
        }
        try {
            byte[] der = block.der();
            return switch (block.label()) {
                case ENCRYPTED -> parse(decrypt(der, quoted, passphraseFile), quoted);
                case "RSA PRIVATE KEY" -> parse(Der.wrapRsa(der), quoted);
                case "EC PRIVATE KEY" -> parse(Der.wrapEc(der), quoted);
                default -> parse(der, quoted);
            };
        } catch (Der.MalformedException e) {
            throw new IllegalArgumentException(quoted + " holds a private key that cannot be read", e);
        }
    }

    private static String instead(Pem pem) {
        boolean certificate =
                pem.blocks().stream().anyMatch(block -> block.label().equals("CERTIFICATE"));
        return certificate
                ? ", but a certificate; are certificate and private_key mixed up?"
                : "; it must be PEM, with -----BEGIN PRIVATE KEY-----";
    }

    private static PrivateKey parse(byte[] pkcs8, String quoted) {
        for (String algorithm : ALGORITHMS) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
            } catch (InvalidKeySpecException e) {
                // it may be one of another kind
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("this Java has no " + algorithm, e);
            }
        }
        throw new IllegalArgumentException(quoted
                + " holds a private key that cannot be used; it must be RSA, or EC on a curve such as prime256v1");
    }

    private static byte[] decrypt(byte[] der, String quoted, @Nullable Path passphraseFile) {
        if (passphraseFile == null) {
            throw new IllegalArgumentException(
                    quoted + " is encrypted; name the file with its passphrase in passphrase_file");
        }
        char[] passphrase = passphrase(passphraseFile);
        try {
            EncryptedPrivateKeyInfo info = new EncryptedPrivateKeyInfo(der);
            // of PBES2 only the parameters tell the ciphers, as a name that Java knows
            String name = Objects.toString(info.getAlgParameters(), "");
            String algorithm = name.startsWith("PBE") ? name : info.getAlgName();
            SecretKey key = SecretKeyFactory.getInstance(algorithm).generateSecret(new PBEKeySpec(passphrase));
            Cipher cipher = Cipher.getInstance(algorithm);
            cipher.init(Cipher.DECRYPT_MODE, key, info.getAlgParameters());
            return info.getKeySpec(cipher).getEncoded();
        } catch (InvalidKeySpecException e) {
            throw e.getCause() instanceof BadPaddingException || e.getCause() == null
                    ? wrongPassphrase(quoted, passphraseFile, e)
                    : unknownCipher(quoted, e);
        } catch (GeneralSecurityException | IOException e) {
            throw e instanceof BadPaddingException
                    ? wrongPassphrase(quoted, passphraseFile, e)
                    : unknownCipher(quoted, e);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
    }

    private static IllegalArgumentException wrongPassphrase(String quoted, Path passphraseFile, Exception cause) {
        return new IllegalArgumentException(
                "the passphrase in \"" + passphraseFile + "\" does not open " + quoted, cause);
    }

    private static IllegalArgumentException unknownCipher(String quoted, Exception cause) {
        return new IllegalArgumentException(
                quoted + " is encrypted in a way that Java does not know; convert it with: openssl pkcs8 -topk8 -v2"
                        + " aes-256-cbc",
                cause);
    }

    private static char[] passphrase(Path file) {
        String first = new String(Pem.bytes(file), UTF_8).lines().findFirst().orElse("");
        if (first.isEmpty()) {
            throw new IllegalArgumentException("\"" + file + "\" is empty; its first line must be the passphrase");
        }
        return first.toCharArray();
    }
}
