package dev.ipgate.eventloop;

/** The nanosecond clock, read once a turn of an event loop: a request looks at it ten times, and means the same moment. */
public final class LoopClock {

    private LoopClock() {}

    /** {@link System#nanoTime}; on an event loop's thread, as it was when the loop began on the events at hand. */
    public static long nanoTime() {
        return Thread.currentThread() instanceof EventLoop loop ? loop.now() : System.nanoTime();
    }
}
