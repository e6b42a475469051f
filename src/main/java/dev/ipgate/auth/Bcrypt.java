package dev.ipgate.auth;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.security.crypto.bcrypt.BCrypt;

/**
 * bcrypt: {@code $2a$}, {@code $2b$} and {@code $2y$} are one and the same for passwords in UTF-8. Of a password over 72
 * bytes the rest does not count, as everywhere.
 */
final class Bcrypt implements PasswordHash {

    /** Of a password that is to be hashed, in bytes. */
    static final int LONGEST_PASSWORD = 72;

    private static final int CHEAPEST = 4;
    private static final int DEAREST = 16; // some 4 s a check; each step doubles it, and htpasswd(1) ends at 17
    private static final int NEW_COST = 12; // a quarter of a second

    private static final Pattern START = Pattern.compile("\\$2[aby]\\$.*", Pattern.DOTALL);

    /** The last characters of salt and hash hold fewer than six bits: 2 of 128, and 4 of 184. */
    private static final Pattern FORM =
            Pattern.compile("\\$2[aby]\\$(\\d\\d)\\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]");

    private final String hash;

    private Bcrypt(String hash) {
        this.hash = hash;
    }

    static boolean looksLike(String text) {
        return START.matcher(text).matches();
    }

    static Bcrypt parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("has a malformed bcrypt hash; right is " + text.substring(0, 4)
                    + ", two digits of cost, $ and 53 characters out of ./A-Za-z0-9, as a whole");
        }
        int cost = Integer.parseInt(form.group(1));
        if (cost < CHEAPEST || cost > DEAREST) {
            throw new IllegalArgumentException("has a bcrypt hash of cost " + cost + ", outside " + CHEAPEST + " to "
                    + DEAREST + (cost > DEAREST ? ": one check would take too long; use " : "; use ") + NEW_COST);
        }
        return new Bcrypt(text);
    }

    /** Hashes a new password. */
    static String hash(byte[] password) {
        return BCrypt.hashpw(password, BCrypt.gensalt("$2y", NEW_COST));
    }

    @Override
    public boolean matches(byte[] password) {
        return BCrypt.checkpw(password, hash); // which compares in constant time
    }

    @Override
    public String toString() {
        return "bcrypt";
    }
}
