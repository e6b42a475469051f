package dev.ipgate.eventloop;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;
import org.xnio.Xnio;

/** Blocks a thread that may block until a channel is ready. */
final class Waiting {

    private Waiting() {}

    /**
     * Comes back when the operation would not block, when the time is over (0 is never), or when the channel is closed.
     *
     * @throws IllegalStateException on a thread that must not block
     * @throws InterruptedIOException if the thread is interrupted, which it stays
     */
    static void until(SelectableChannel channel, int operation, long time, TimeUnit unit) throws IOException {
        Xnio.checkBlockingAllowed();
        try (Selector selector = Selector.open()) {
            channel.register(selector, operation);
            selector.select(time <= 0 ? 0 : Math.max(1, unit.toMillis(time)));
        } catch (ClosedChannelException e) {
            return; // there is nothing to wait for
        }
        if (Thread.currentThread().isInterrupted()) {
            throw new InterruptedIOException();
        }
    }
}
