package dev.ipgate.policy;

/**
 * What a request does to the app, as far as somebody who knows the app's API can tell. Whoever cannot tell says
 * {@link #WRITE}.
 */
public enum Access {
    /** It looks, and changes nothing. */
    READ,
    /** It may change something. */
    WRITE
}
