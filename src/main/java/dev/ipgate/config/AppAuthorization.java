package dev.ipgate.config;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the app receives as Authorization: {@code upstream.authorization}. Never shows the credentials. */
public final class AppAuthorization {

    /** What the client sent; the default. */
    public static final AppAuthorization KEEP = new AppAuthorization(true, null);

    /** None. */
    public static final AppAuthorization STRIP = new AppAuthorization(false, null);

    private final boolean keep;
    private final @Nullable String replacement;

    private AppAuthorization(boolean keep, @Nullable String replacement) {
        this.keep = keep;
        this.replacement = replacement;
    }

    /** @param header the value that the app receives, whatever the client sent */
    static AppAuthorization replace(String header) {
        return new AppAuthorization(false, header);
    }

    /** Whether the app receives what the client sent. */
    public boolean keepsClients() {
        return keep;
    }

    /** What the app receives in its place, or null for none. */
    public @Nullable String replacement() {
        return replacement;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AppAuthorization that
                && keep == that.keep
                && Objects.equals(replacement, that.replacement);
    }

    @Override
    public int hashCode() {
        return Objects.hash(keep, replacement);
    }

    @Override
    public String toString() {
        return keep ? "keep" : replacement == null ? "strip" : "replace";
    }
}
