package dev.ipgate.auth;

/**
 * Credentials, as far as they are remembered: the first half of their HMAC-SHA256. Whoever does not have the key cannot
 * look for two that agree, and by chance none ever will.
 */
record Fingerprint(long high, long low) {}
