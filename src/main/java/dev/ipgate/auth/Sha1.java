package dev.ipgate.auth;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/** One SHA-1: {@code {SHA}}, and {@code {SSHA}} with a salt behind the password (RFC 2307 section 5.3 and its heirs). */
final class Sha1 implements PasswordHash {

    private static final String PLAIN = "{SHA}";
    private static final String SALTED = "{SSHA}";
    private static final int BYTES = 20;
    private static final int LONGEST_SALT = 64;

    private final byte[] hash;
    private final byte[] salt;

    private Sha1(byte[] hash, byte[] salt) {
        this.hash = hash;
        this.salt = salt;
    }

    static boolean looksLike(String text) {
        return text.startsWith(PLAIN) || text.startsWith(SALTED);
    }

    static Sha1 parse(String text) {
        boolean salted = text.startsWith(SALTED);
        String prefix = salted ? SALTED : PLAIN;
        byte[] decoded;
        try {
            decoded = Base64.getDecoder().decode(text.substring(prefix.length()));
        } catch (IllegalArgumentException e) {
            decoded = new byte[0]; // its message would show what is there
        }
        int salt = decoded.length - BYTES;
        if (salted ? salt < 1 || salt > LONGEST_SALT : salt != 0) {
            throw new IllegalArgumentException("has a malformed " + prefix + " hash; right is " + prefix
                    + (salted ? " and the base64 of 20 bytes and the salt" : " and the base64 of 20 bytes"));
        }
        return new Sha1(Arrays.copyOf(decoded, BYTES), Arrays.copyOfRange(decoded, BYTES, decoded.length));
    }

    @Override
    public boolean matches(byte[] password) {
        try {
            MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
            sha1.update(password);
            return MessageDigest.isEqual(sha1.digest(salt), hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    @Override
    public String toString() {
        return salt.length == 0 ? PLAIN : SALTED;
    }
}
