package dev.ipgate.config;

import java.time.Duration;

/**
 * What a request or a connection may take: {@code limits}.
 *
 * @param requestBody bytes, or {@link #UNLIMITED} (the default)
 * @param headerBytes bytes of a request's header section, 32 KiB by default, from 1 KiB to 1 MiB
 * @param requestHeadTimeout from the first byte of a request to the end of its head; 10 s by default
 * @param idleTimeout between requests, and on a body without progress; 75 s by default
 * @param streamIdleTimeout for WebSockets and event streams without progress; 1 h by default
 * @param connections clients' connections in all; 10,000 by default
 * @param connectionsPerClient connections of one IPv4 address or IPv6 /64; 1,000 by default
 * @param spool bytes of request bodies in temporary files in all; 2 GiB by default
 */
public record LimitSettings(
        long requestBody,
        int headerBytes,
        Duration requestHeadTimeout,
        Duration idleTimeout,
        Duration streamIdleTimeout,
        int connections,
        int connectionsPerClient,
        long spool) {

    /** A request body may be of any size. */
    public static final long UNLIMITED = -1;
}
