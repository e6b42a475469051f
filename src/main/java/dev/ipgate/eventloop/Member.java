package dev.ipgate.eventloop;

/** What an event loop looks after, from its registration to its end. All calls come from the loop's thread. */
interface Member {

    /** The selector says that these operations would not block; some may be wanted no more. */
    void ready(int operations);

    /** The loop ends: closes, and tells whoever waits. */
    void end();
}
