package dev.ipgate.http;

/** A client's connection, as the one timer of its IO thread sees it. */
public interface Timed {

    /**
     * Called a few times a second: ends what takes too long.
     *
     * @param now on the nanosecond clock
     */
    void tick(long now);

    /** Where the IO thread keeps it. */
    int index();

    /** Told by the IO thread alone. */
    void setIndex(int index);
}
