package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is remembered of one client that was denied. Used under the lock of the table that it is in. */
final class DeniedClient {

    /** A page and what a browser asks for with it; the number on the page is the first of them. */
    private static final int LATEST = 4;

    private final IpAddress address;
    private final long first;
    private Denial last;
    private @Nullable List<Denial> latest; // all that are kept, from the second on; a ring once it is full
    private long count;
    private boolean named;
    private long unsaid;

    DeniedClient(Denial denial) {
        address = denial.client();
        first = denial.time();
        last = denial;
        count = 1;
        unsaid = 1;
    }

    void add(Denial denial) {
        List<Denial> kept = latest;
        if (kept == null) {
            kept = new ArrayList<>(LATEST);
            kept.add(last);
            latest = kept;
        }
        if (kept.size() < LATEST) {
            kept.add(denial);
        } else {
            kept.set((int) (count % LATEST), denial);
        }
        last = denial;
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
        return last;
    }

    /** The last few denials. */
    List<Denial> latest() {
        return latest == null ? List.of(last) : latest;
    }

    /** Lets go of the snapshots by which it was judged. */
    void explain() {
        last = last.explained();
        if (latest != null) {
            latest.replaceAll(Denial::explained);
        }
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
