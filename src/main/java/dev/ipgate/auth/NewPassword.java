package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

/** A password that a user shall have from now on. Never shows it. */
public final class NewPassword {

    private final byte[] password;

    private NewPassword(byte[] password) {
        this.password = password;
    }

    /**
     * Takes what somebody typed.
     *
     * @throws IllegalArgumentException if it is empty, has over 72 bytes of UTF-8, of which bcrypt would look at the first
     *     72 only, or has a character with which nobody could log in; the message says which, as a sentence
     */
    public static NewPassword of(String typed) {
        if (typed.isEmpty()) {
            throw new IllegalArgumentException("the password is empty");
        }
        if (typed.indexOf('\uFFFD') >= 0 || UserName.unpaired(typed)) {
            throw new IllegalArgumentException(
                    "the password has characters that are not UTF-8; set the terminal's locale"
                            + " to a UTF-8 one, such as LC_ALL=C.UTF-8");
        }
        if (UserName.holdsControl(typed)) {
            throw new IllegalArgumentException("the password has a control character, which no client can send");
        }
        byte[] password = typed.getBytes(UTF_8);
        if (password.length > Bcrypt.LONGEST_PASSWORD) {
            throw new IllegalArgumentException("the password has " + password.length + " bytes in UTF-8, and bcrypt"
                    + " looks at the first " + Bcrypt.LONGEST_PASSWORD + " only; take a shorter one");
        }
        return new NewPassword(password);
    }

    /** A bcrypt hash of it, {@code $2y$} with cost 12; another each time. */
    public String hash() {
        return Bcrypt.hash(password);
    }

    @Override
    public String toString() {
        return "a password";
    }
}
