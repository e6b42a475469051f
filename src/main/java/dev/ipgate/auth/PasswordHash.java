package dev.ipgate.auth;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A password as an htpasswd file has it: in one of the forms that htpasswd(1), openssl-passwd(1) and nginx's
 * {@code auth_basic_user_file} know. No form shows the hash in {@code toString()}. Equal ones accept the same passwords.
 */
interface PasswordHash {

    /** Whether this is the hash of a password, given in UTF-8. Takes the same time for each password of a length. */
    boolean matches(byte[] password);

    /** A hash with its text, by which two readings of a file agree or differ about a user. */
    record Written(String text, PasswordHash hash) implements PasswordHash {

        @Override
        public boolean matches(byte[] password) {
            return hash.matches(password);
        }

        @Override
        public boolean equals(@Nullable Object other) {
            return other instanceof Written that && text.equals(that.text);
        }

        @Override
        public int hashCode() {
            return text.hashCode();
        }

        @Override
        public String toString() {
            return hash.toString();
        }
    }

    /** Begins what is a hash elsewhere, and here is not. */
    Map<String, String> FOREIGN = Map.ofEntries(
            Map.entry("$2$", "bcrypt of before 1998"),
            Map.entry("$2x$", "bcrypt from a faulty program"),
            Map.entry("$y$", "yescrypt"),
            Map.entry("$gy$", "gost-yescrypt"),
            Map.entry("$7$", "scrypt"),
            Map.entry("$s0$", "scrypt"),
            Map.entry("$argon2", "Argon2"),
            Map.entry("$pbkdf2", "PBKDF2"),
            Map.entry("{PBKDF2", "PBKDF2"),
            Map.entry("$md5", "Sun's MD5"),
            Map.entry("$sha1$", "NetBSD's SHA-1"),
            Map.entry("$3$", "NT-Hash"),
            Map.entry("{MD5}", "LDAP's MD5"),
            Map.entry("{SMD5}", "LDAP's salted MD5"),
            Map.entry("{SHA256}", "LDAP's SHA-256"),
            Map.entry("{SSHA256}", "LDAP's salted SHA-256"),
            Map.entry("{SHA512}", "LDAP's SHA-512"),
            Map.entry("{SSHA512}", "LDAP's salted SHA-512"),
            Map.entry("{CRYPT}", "LDAP's crypt"));

    /**
     * Reads a hash. What could match no password, since no program would have written it so, is refused.
     *
     * @throws IllegalArgumentException whose message says what is wrong and what would be right, without the hash, as the
     *     rest of a sentence about the user
     */
    static PasswordHash parse(String text) {
        if (text.isEmpty()) {
            throw new IllegalArgumentException("has no password");
        }
        return new Written(text, read(text));
    }

    private static PasswordHash read(String text) {
        if (Bcrypt.looksLike(text)) {
            return Bcrypt.parse(text);
        }
        if (Crypt.looksLike(text)) {
            return Crypt.parse(text);
        }
        if (Sha1.looksLike(text)) {
            return Sha1.parse(text);
        }
        if (PlainPassword.looksLike(text)) {
            return PlainPassword.parse(text);
        }
        for (Map.Entry<String, String> foreign : FOREIGN.entrySet()) {
            if (text.startsWith(foreign.getKey())) {
                throw new IllegalArgumentException(
                        "has a password in a form that ipgate does not know: " + foreign.getValue() + "; use bcrypt");
            }
        }
        return Crypt.parseDes(text);
    }
}
