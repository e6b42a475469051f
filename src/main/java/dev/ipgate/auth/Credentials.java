package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** User and password of a Basic Authorization header (RFC 7617 section 2). Immutable; never shows the password. */
public final class Credentials {

    /** The longest header that is looked at, in characters. */
    private static final int LONGEST_HEADER = 8192;

    /**
     * The longest password that anybody can have, in bytes; crypt(3) of libxcrypt draws the same line. The SHA-2 schemes
     * hash the whole of it thousands of times, so without a bound a stranger would say how long a check takes.
     */
    static final int LONGEST_PASSWORD = 512;

    private static final String SCHEME = "Basic ";

    private final String user;
    private final byte[] password; // UTF-8

    private Credentials(String user, byte[] password) {
        this.user = user;
        this.password = password;
    }

    /**
     * Credentials that did not come in a header.
     *
     * @throws IllegalArgumentException if nobody could have them: see {@link #parse}
     */
    public static Credentials of(String user, String password) {
        Credentials credentials = split(user + ":" + password);
        if (credentials == null || !credentials.user.equals(user)) {
            throw new IllegalArgumentException("nobody can have this user name or password");
        }
        return credentials;
    }

    /**
     * Reads the value of an Authorization header. Bytes that are no UTF-8 are taken for ISO 8859-1, in which Python's
     * requests and old browsers send them; what is compared is UTF-8 either way.
     *
     * @return null if there is no header, or none that anybody could log in with: another scheme, bad base64, no colon,
     *     no user, a user of more than 255 bytes, a password of more than 512, a control character, over 8 KiB in all
     */
    public static @Nullable Credentials parse(@Nullable String authorization) {
        if (authorization == null
                || authorization.length() > LONGEST_HEADER
                || !authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
            return null;
        }
        byte[] userAndPassword;
        try {
            userAndPassword = Base64.getDecoder()
                    .decode(trim(authorization, SCHEME.length()).getBytes(ISO_8859_1));
        } catch (IllegalArgumentException e) {
            return null;
        }
        return split(text(userAndPassword));
    }

    private static @Nullable Credentials split(String userAndPassword) {
        int colon = userAndPassword.indexOf(':');
        if (colon < 0 || UserName.whatIsWrong(userAndPassword.substring(0, colon)) != null) {
            return null;
        }
        byte[] password = userAndPassword.substring(colon + 1).getBytes(UTF_8);
        return password.length > LONGEST_PASSWORD || UserName.holdsControl(userAndPassword)
                ? null
                : new Credentials(userAndPassword.substring(0, colon), password);
    }

    /** Without the blanks around it. */
    private static String trim(String text, int from) {
        int to = text.length();
        while (to > from && isBlank(text.charAt(to - 1))) {
            to--;
        }
        while (from < to && text.charAt(from) == ' ') {
            from++;
        }
        return text.substring(from, to);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private static String text(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                try {
                    return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
                } catch (CharacterCodingException e) {
                    break;
                }
            }
        }
        return new String(bytes, ISO_8859_1);
    }

    /** Who it is, by the client's own account; free of control characters. */
    public String user() {
        return user;
    }

    /** The password in UTF-8; not to be changed. */
    byte[] password() {
        return password;
    }

    @Override
    public String toString() {
        return "credentials of \"" + user + "\"";
    }
}
