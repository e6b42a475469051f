package dev.ipgate.policy;

/** Which of its doors, the address, the password and a client's certificate, a place wants passed: nginx's {@code satisfy}. */
public enum Satisfy {
    /** Every one that there is. */
    ALL,
    /** One of them, whichever it is. */
    ANY;

    /*
     * The address is judged first and without looking at the request's password, so its half of the table is all there
     * is: where the password is asked, right is let in and anything else gets 401.
     *
     *     address    all         any
     *     allowed    password    open
     *     denied     closed      password
     */

    /** What is left to decide once the address has been judged. */
    public Entry afterAddress(boolean allowed) {
        return switch (this) {
            case ALL -> allowed ? Entry.PASSWORD : Entry.CLOSED;
            case ANY -> allowed ? Entry.OPEN : Entry.PASSWORD;
        };
    }

    /**
     * What is left to decide once the client's certificate has been looked at, too.
     *
     * @param others what the other doors leave to decide
     */
    public Entry afterCertificate(Entry others, CertificateDoor certificate) {
        return switch (certificate) {
            case NONE -> others;
            case OPEN -> this == ANY ? Entry.OPEN : others;
            case SHUT -> this == ANY || others == Entry.CLOSED ? others : Entry.NO_CERTIFICATE;
            case BARRED -> others == Entry.CLOSED ? others : Entry.NO_CERTIFICATE;
        };
    }
}
