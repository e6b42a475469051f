package dev.ipgate.config;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The app behind: where it is and how it is spoken to.
 *
 * @param urls where it is; more than one for several copies of it that share the requests
 * @param tls how the certificates of https apps are judged
 * @param connectTimeout how long opening a connection may take, waiting for a free one and trying all copies
 *     included; 5 s by default
 * @param responseTimeout how long the app may be silent while it owes an answer; 5 min by default
 * @param hostHeader what the app sees as Host: {@link #CLIENT_HOST} (the default), {@link #UPSTREAM_HOST}, or a name
 * @param originUpstream {@code origin: upstream}: the app's own Origin replaces the gate's, any other is refused
 * @param forwardedChain X-Forwarded-For lists the trusted hops and the peer behind the client; false by default
 * @param maxConnections to all copies together; 512 by default
 * @param keepalive how long an idle connection to the app is kept; 1.5 s by default, zero for not at all
 * @param requestBuffering which request bodies are spooled before the app is contacted; none by default
 * @param authorization what the app receives as Authorization; what the client sent by default
 * @param headers what the app receives in place of the client's headers; none by default
 * @param replacedPath what takes the place of a location's path; null for nothing
 */
public record UpstreamSettings(
        List<AppUrl> urls,
        AppTls tls,
        Duration connectTimeout,
        Duration responseTimeout,
        String hostHeader,
        boolean originUpstream,
        boolean forwardedChain,
        int maxConnections,
        Duration keepalive,
        RequestBuffering requestBuffering,
        AppAuthorization authorization,
        List<AppHeader> headers,
        @Nullable ReplacedPath replacedPath) {

    /** The app sees the Host that the client sent. */
    public static final String CLIENT_HOST = "client";

    /** The app sees its own host and port. */
    public static final String UPSTREAM_HOST = "upstream";

    public UpstreamSettings {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("an upstream needs a URL");
        }
        urls = List.copyOf(urls);
        headers = List.copyOf(headers);
    }

    /** Settings for the same app seldom differ. */
    @Override
    public int hashCode() {
        return urls.hashCode();
    }

    /** The same for an app that is somewhere else. */
    UpstreamSettings at(List<AppUrl> elsewhere) {
        return new UpstreamSettings(
                elsewhere,
                tls,
                connectTimeout,
                responseTimeout,
                hostHeader,
                originUpstream,
                forwardedChain,
                maxConnections,
                keepalive,
                requestBuffering,
                authorization,
                headers,
                replacedPath);
    }

    /** The hosts and ports of all copies, for people. */
    public String authorities() {
        return urls.stream().map(AppUrl::authority).collect(joining(", "));
    }

    /** Whether the app sees another Host than the client sent. */
    public boolean replacesHost() {
        return !hostHeader.equals(CLIENT_HOST);
    }

    /** The name that replaces the client's Host at one of the copies, or null where it is kept. */
    public @Nullable String fixedHost(AppUrl chosen) {
        return switch (hostHeader) {
            case CLIENT_HOST -> null;
            case UPSTREAM_HOST -> chosen.authority();
            default -> hostHeader;
        };
    }
}
