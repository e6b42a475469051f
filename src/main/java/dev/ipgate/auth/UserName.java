package dev.ipgate.auth;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.jspecify.annotations.Nullable;

/** What a user of an htpasswd file may be called. */
public final class UserName {

    /** In bytes of UTF-8; htpasswd(1) draws the same line. */
    private static final int LONGEST = 255;

    private UserName() {}

    /** What is wrong with a name, as the rest of a sentence that begins with the name; null if nothing is. */
    public static @Nullable String whatIsWrong(String name) {
        if (name.isEmpty()) {
            return "is empty";
        }
        if (name.length() > LONGEST || name.getBytes(UTF_8).length > LONGEST) {
            return "is longer than " + LONGEST + " bytes";
        }
        if (name.indexOf(':') >= 0) {
            return "has a colon, which ends the name in a users file and in a request";
        }
        if (holdsControl(name)) {
            return "has a control character";
        }
        return null;
    }

    /**
     * The same for a name that is to be written to a file, or was read from one: there, blanks around it are a slip, and
     * a {@code #} begins a comment.
     */
    public static @Nullable String whatIsWrongInFile(String name) {
        String wrong = whatIsWrong(name);
        if (wrong != null) {
            return wrong;
        }
        if (name.charAt(0) == '#') {
            return "begins with #, as a comment does";
        }
        if (!name.equals(name.strip())) {
            return "has blanks around it";
        }
        return name.indexOf('\uFFFD') >= 0 || unpaired(name) ? "is not UTF-8" : null;
    }

    static boolean holdsControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isISOControl(text.charAt(i))) {
                return true;
            }
        }
        return false;
    }

    /** Whether half of a surrogate pair stands alone, which UTF-8 cannot say. */
    static boolean unpaired(String text) {
        return !UTF_8.newEncoder().canEncode(text);
    }
}
