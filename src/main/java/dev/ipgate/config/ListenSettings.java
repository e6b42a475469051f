package dev.ipgate.config;

import dev.ipgate.problem.Position;
import java.net.InetSocketAddress;

/**
 * One address to listen on.
 *
 * @param text as written, which is also its name across reloads
 * @param address what to bind; the wildcard for a port alone or {@code *}; port 0 for any free port
 * @param at where it stands
 */
public record ListenSettings(String text, InetSocketAddress address, Position at) {}
