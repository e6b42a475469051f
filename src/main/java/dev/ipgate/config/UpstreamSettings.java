package dev.ipgate.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The app behind: where it is and how it is spoken to.
 *
 * @param host a name, or an address without brackets
 * @param port 1 to 65535
 * @param connectTimeout how long opening a connection may take, waiting for a free one included; 5 s by default
 * @param responseTimeout how long the app may be silent while it owes an answer; 5 min by default
 * @param hostHeader what the app sees as Host: {@link #CLIENT_HOST} (the default), {@link #UPSTREAM_HOST}, or a name
 * @param originUpstream {@code origin: upstream}: the app's own Origin replaces the gate's, any other is refused
 * @param forwardedChain X-Forwarded-For lists the trusted hops and the peer behind the client; false by default
 * @param maxConnections 512 by default
 * @param keepalive how long an idle connection to the app is kept; 1.5 s by default, zero for not at all
 * @param requestBuffering which request bodies are spooled before the app is contacted; none by default
 */
public record UpstreamSettings(
        String host,
        int port,
        Duration connectTimeout,
        Duration responseTimeout,
        String hostHeader,
        boolean originUpstream,
        boolean forwardedChain,
        int maxConnections,
        Duration keepalive,
        RequestBuffering requestBuffering) {

    /** The app sees the Host that the client sent. */
    public static final String CLIENT_HOST = "client";

    /** The app sees its own host and port. */
    public static final String UPSTREAM_HOST = "upstream";

    /** The app's own host and port as a Host header has them, the port left out where it is 80. */
    public String authority() {
        String name = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
        return port == 80 ? name : name + ":" + port;
    }

    /** The name that replaces the client's Host, or null where it is kept. */
    public @Nullable String fixedHost() {
        return switch (hostHeader) {
            case CLIENT_HOST -> null;
            case UPSTREAM_HOST -> authority();
            default -> hostHeader;
        };
    }
}
