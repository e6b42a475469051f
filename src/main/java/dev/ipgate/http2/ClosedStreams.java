package dev.ipgate.http2;

/** Remembers how the last streams of a connection were closed: what still arrives for them means different things. */
final class ClosedStreams {

    /** How a stream was closed. */
    enum How {
        /** By the end of both sides. */
        COMPLETED,
        /** By us, and the client may not know yet. */
        RESET,
        RESET_BY_CLIENT,
        /** It was never open, or is forgotten. */
        UNKNOWN
    }

    private static final int REMEMBERED = 64;

    private final int[] ids = new int[REMEMBERED];
    private final How[] hows = new How[REMEMBERED];
    private int next;

    void add(int id, How how) {
        ids[next] = id;
        hows[next] = how;
        next = (next + 1) % REMEMBERED;
    }

    /** How it was closed, at last. */
    How how(int id) {
        for (int i = 1; i <= REMEMBERED; i++) {
            int at = (next - i + REMEMBERED) % REMEMBERED;
            if (ids[at] == id) {
                return hows[at];
            }
        }
        return How.UNKNOWN;
    }
}
