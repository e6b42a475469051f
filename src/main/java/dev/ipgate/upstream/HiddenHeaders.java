package dev.ipgate.upstream;

import io.undertow.util.HttpString;
import java.util.Collection;
import java.util.Locale;

/**
 * Headers in which apps are told things that a client must not tell them: whoever sends one is not heard. Their aliases are
 * hidden too: servers that make variables of headers tell neither case nor {@code -}, {@code _} and {@code .} apart.
 * Immutable.
 */
public final class HiddenHeaders {

    private static final HttpString FORWARDED = new HttpString("Forwarded");
    private static final HttpString X_REAL_IP = new HttpString("X-Real-IP");
    private static final String X_FORWARDED = "x-forwarded-";

    private final String[] others; // canonical

    private HiddenHeaders(String[] others) {
        this.others = others;
    }

    /**
     * The headers that name a client's address, and more.
     *
     * @param others the one that {@code client_address} reads, and those that name a user
     */
    public static HiddenHeaders of(Collection<String> others) {
        return new HiddenHeaders(others.stream()
                .map(name -> canonical(name.toLowerCase(Locale.ROOT)))
                .distinct()
                .toArray(String[]::new));
    }

    /** Whether a name is among them. */
    public boolean contain(String header) {
        return contain(new HttpString(header));
    }

    boolean contain(HttpString header) {
        if (header.equals(FORWARDED) || header.equals(X_REAL_IP)) {
            return true;
        }
        String name = canonical(header.toString());
        if (name.regionMatches(true, 0, X_FORWARDED, 0, X_FORWARDED.length())
                || name.equalsIgnoreCase("x-real-ip")
                || name.equalsIgnoreCase("forwarded")) {
            return true;
        }
        return isOther(name);
    }

    /** Whether a header is among those that were named, and not only hidden anyway. */
    boolean name(HttpString header) {
        return isOther(canonical(header.toString()));
    }

    private boolean isOther(String name) {
        for (String other : others) {
            if (name.equalsIgnoreCase(other)) {
                return true;
            }
        }
        return false;
    }

    private static String canonical(String name) {
        return name.indexOf('_') >= 0 || name.indexOf('.') >= 0
                ? name.replace('_', '-').replace('.', '-')
                : name;
    }
}
