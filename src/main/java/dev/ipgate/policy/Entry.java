package dev.ipgate.policy;

/** Whether a client whose address has been judged may enter. */
public enum Entry {
    /** It may. */
    OPEN,
    /** It may if its password is right. */
    PASSWORD,
    /** It may not, as it has shown no certificate, and is not asked for a password. */
    NO_CERTIFICATE,
    /** It may not, and is not asked for a password. */
    CLOSED
}
