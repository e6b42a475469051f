package dev.ipgate.server;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.policy.AccessPolicy;

/**
 * A site, or a location of one: who may enter, and which app is behind.
 *
 * @param name for {@code explain}: the location's pattern, or the site's name
 * @param number its number in the snapshot, from 0
 * @param policy who may enter
 * @param upstream the app
 * @param hostMatters whether only known Hosts may pass, because the app sees another Host or Origin than the browser's
 */
public record Place(String name, int number, AccessPolicy policy, UpstreamSettings upstream, boolean hostMatters) {}
