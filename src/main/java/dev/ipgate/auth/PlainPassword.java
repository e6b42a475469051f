package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;

/** A password in clear, as nginx has it: {@code {PLAIN}} and the password. */
final class PlainPassword implements PasswordHash {

    private static final String PREFIX = "{PLAIN}";

    private final byte[] password;

    private PlainPassword(byte[] password) {
        this.password = password;
    }

    static boolean looksLike(String text) {
        return text.startsWith(PREFIX);
    }

    static PlainPassword parse(String text) {
        byte[] password = text.substring(PREFIX.length()).getBytes(UTF_8);
        if (password.length == 0) {
            throw new IllegalArgumentException("has no password after " + PREFIX);
        }
        if (password.length > Credentials.LONGEST_PASSWORD) {
            throw new IllegalArgumentException("has a password of more than " + Credentials.LONGEST_PASSWORD
                    + " bytes, which nobody can log in with");
        }
        if (UserName.holdsControl(text) || text.indexOf('\uFFFD') >= 0) {
            throw new IllegalArgumentException(
                    "has a control character in the password, or one that is not UTF-8, with which nobody can log in");
        }
        return new PlainPassword(password);
    }

    @Override
    public boolean matches(byte[] attempt) {
        return MessageDigest.isEqual(attempt, password);
    }

    @Override
    public String toString() {
        return PREFIX;
    }
}
