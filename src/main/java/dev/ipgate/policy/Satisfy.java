package dev.ipgate.policy;

/** Which of its two doors, the address and the password, a place wants passed: nginx's {@code satisfy}. */
public enum Satisfy {
    /** Both. */
    ALL,
    /** One of them, be it the address or the password. */
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
}
