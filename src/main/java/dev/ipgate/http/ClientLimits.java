package dev.ipgate.http;

import java.time.Duration;

/**
 * What a client may take of time and room.
 *
 * @param headBytes of a request's head; one that is larger is not read
 * @param headTimeout from the first byte of a head to its last
 * @param idleTimeout between requests, and for an answer that the client does not take
 */
public record ClientLimits(int headBytes, Duration headTimeout, Duration idleTimeout) {}
