package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Makes fingerprints under a random key that never leaves the process. Safe for use by several threads. */
final class Fingerprints {

    private static final String ALGORITHM = "HmacSHA256";
    private static final int KEY_BYTES = 32;

    private final Mac
            keyed; // a pattern: only copies of it are used, since finding the algorithm takes longer than HMAC

    Fingerprints() {
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            keyed = Mac.getInstance(ALGORITHM);
            keyed.init(new SecretKeySpec(key, ALGORITHM));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has " + ALGORITHM, e);
        }
    }

    Fingerprint of(Credentials credentials) {
        Mac mac;
        try {
            mac = (Mac) keyed.clone();
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("the JDK's own can be copied", e);
        }
        mac.update(credentials.user().getBytes(UTF_8));
        mac.update((byte) ':'); // which no user has
        ByteBuffer hash = ByteBuffer.wrap(mac.doFinal(credentials.password()));
        return new Fingerprint(hash.getLong(), hash.getLong());
    }
}
