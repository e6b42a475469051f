package dev.ipgate.policy;

/** The door that a client's certificate opens, besides those of its address and its password. */
public enum CertificateDoor {
    /** There is none, or everybody who has come this far has passed it. */
    NONE,
    /** The client has shown a certificate. */
    OPEN,
    /** The client has shown none, and may have passed another door. */
    SHUT,
    /** The client has shown none, and nobody is to pass without. */
    BARRED
}
