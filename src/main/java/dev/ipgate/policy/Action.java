package dev.ipgate.policy;

/** What a rule does with the clients that it names. */
public enum Action {
    ALLOW,
    DENY
}
