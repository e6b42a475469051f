package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.util.ArrayList;
import java.util.List;

/** What is remembered of one client that was denied. Used under the lock of the table that it is in. */
final class DeniedClient {

    /** A page and what a browser asks for with it; the number on the page is the first of them. */
    private static final int LATEST = 4;

    private final IpAddress address;
    private final long first;
    private final List<Denial> latest = new ArrayList<>(1); // a ring once it is full
    private long count;
    private boolean named;
    private long unsaid;

    DeniedClient(Denial denial) {
        address = denial.client();
        first = denial.time();
    }

    void add(Denial denial) {
        if (latest.size() < LATEST) {
            latest.add(denial);
        } else {
            latest.set((int) (count % LATEST), denial);
        }
        count++;
        unsaid++;
    }

    IpAddress address() {
        return address;
    }

    /** When it was denied first, in seconds since the epoch. */
    long first() {
        return first;
    }

    /** How often it was denied since then. */
    long count() {
        return count;
    }

    Denial last() {
        return latest.get((int) ((count - 1) % LATEST));
    }

    /** The last few denials. */
    List<Denial> latest() {
        return latest;
    }

    /** Lets go of the snapshots by which it was judged. */
    void explain() {
        latest.replaceAll(Denial::explained);
    }

    /** Whether the log has a line of it, so that the next ones are counted only. */
    boolean isNamed() {
        return named;
    }

    /** The log has a line of its last denial. */
    void name() {
        named = true;
        unsaid = Math.max(0, unsaid - 1);
    }

    /** Denials of which the log does not know. */
    long unsaid() {
        return unsaid;
    }

    /** The log knows of all. After a minute without any, the next one has a line of its own again. */
    void endMinute() {
        named = unsaid > 0;
        unsaid = 0;
    }
}
