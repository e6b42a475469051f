package dev.ipgate.policy;

import dev.ipgate.net.IpAddress;
import java.util.List;

/** An ordered access list, compiled for lookup. Immutable and safe to share between threads. */
public final class AccessPolicy {

    private AccessPolicy() {}

    public static AccessPolicy compile(List<Rule> rules) {
        throw new UnsupportedOperationException();
    }

    /**
     * The verdict of the first rule that names the client; a denial if none does. Allocates nothing.
     *
     * @param method the request's method, as sent
     * @param now seconds since the epoch, against which {@code until} is judged
     */
    public Decision decide(String method, IpAddress client, long now) {
        throw new UnsupportedOperationException();
    }
}
