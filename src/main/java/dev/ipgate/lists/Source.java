package dev.ipgate.lists;

/** Reads what fills a group from outside the conf file. Used by one thread at a time, which may wait for a disk or a network. */
public interface Source {

    /**
     * Reads it anew, and waits no longer than limits of its own allow.
     *
     * @throws SourceException if nothing good is to be had; what was read before stays good
     */
    Reading read() throws SourceException;

    /** Whether it shows that there is something new, at the cost of a look; of what is read by the clock nothing shows. */
    default boolean hasChanged() {
        return false;
    }
}
