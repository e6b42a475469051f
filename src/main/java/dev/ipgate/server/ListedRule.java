package dev.ipgate.server;

import dev.ipgate.policy.Rule;

/**
 * A rule and the list that it is in.
 *
 * @param place the site or location that has the list first, by name
 */
record ListedRule(String place, Rule rule) {}
