package dev.ipgate.eventloop;

/** The clocks, read once a turn of an event loop: a request looks at them ten times, and means the same moment. */
public final class LoopClock {

    private LoopClock() {}

    /** {@link System#nanoTime}; on an event loop's thread, as it was when the loop began on the events at hand. */
    public static long nanoTime() {
        return Thread.currentThread() instanceof EventLoop loop ? loop.now() : System.nanoTime();
    }

    /** {@link System#currentTimeMillis}; on an event loop's thread, as it was at some time in its present turn. */
    public static long currentTimeMillis() {
        return Thread.currentThread() instanceof EventLoop loop ? loop.millis() : System.currentTimeMillis();
    }
}
