package dev.ipgate.eventloop;

import java.io.IOException;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/**
 * One socket as its loop sees it: what the selector watches for it, and how it ends. What is wanted may be changed by any
 * thread.
 */
final class SocketEvents implements Member, Runnable {

    /*
     * What is wanted and what the selector watches may differ, since telling it costs a system call. The channel is
     * registered when something is wanted for the first time: a request that is there when its connection is accepted,
     * and is refused, never meets the selector. And whoever suspends reads mostly resumes them before anything arrives,
     * so the selector goes on watching until it reports what is not wanted. A socket is nearly always writable, so
     * suspended writes are not watched any longer.
     */

    private final EventLoop loop;
    private final SocketConnection connection;
    private final SocketChannel channel;
    private final SocketSource source;
    private final SocketSink sink;
    private volatile boolean closed;
    private @Nullable SelectionKey key; // this and what follows belong to the loop's thread
    private int watched; // operations
    private int woken; // operations to report though the selector has not

    SocketEvents(
            EventLoop loop, SocketConnection connection, SocketChannel channel, SocketSource source, SocketSink sink) {
        this.loop = loop;
        this.connection = connection;
        this.channel = channel;
        this.source = source;
        this.sink = sink;
    }

    EventLoop loop() {
        return loop;
    }

    boolean isClosed() {
        return closed;
    }

    /** Takes over the key under which the channel was registered to connect. */
    void adopt(SelectionKey connected) {
        key = connected;
        connected.attach(this);
        connected.interestOps(0);
    }

    @Override
    public void ready(int operations) {
        int unwanted = watched & operations & ~wanted();
        if (unwanted != 0) {
            watch(watched & ~unwanted);
        }
        if ((operations & SelectionKey.OP_READ) != 0 && source.isReadResumed()) {
            source.report();
        }
        if ((operations & SelectionKey.OP_WRITE) != 0 && sink.isWriteResumed()) {
            sink.report();
        }
    }

    private int wanted() {
        return (source.isReadResumed() ? SelectionKey.OP_READ : 0)
                | (sink.isWriteResumed() ? SelectionKey.OP_WRITE : 0);
    }

    /** Has the selector watch what is newly wanted. */
    void moreIsWanted() {
        if (Thread.currentThread() == loop) {
            watch(watched | wanted());
        } else {
            loop.hand(this::moreIsWanted);
        }
    }

    /** Has the selector watch for room to write no longer. Other threads leave that to its next report. */
    void writesAreNotWanted() {
        if (Thread.currentThread() == loop) {
            watch(watched & ~SelectionKey.OP_WRITE);
        }
    }

    private void watch(int operations) {
        if (closed || operations == watched) {
            return;
        }
        try {
            if (key == null) {
                key = loop.register(channel, operations, this);
            } else {
                key.interestOps(operations);
            }
            watched = operations;
        } catch (ClosedChannelException | CancelledKeyException e) {
            watched = 0; // another thread has closed it
        }
    }

    /** Reports an operation soon, whether it is ready or not. */
    void wakeUp(int operation) {
        if (Thread.currentThread() != loop) {
            loop.hand(() -> wakeUp(operation));
            return;
        }
        watch(watched | wanted());
        if (woken == 0) {
            loop.hand(this);
        }
        woken |= operation;
    }

    /** Reports what was woken, unless it has been suspended since. Who would read beyond the end is told. */
    @Override
    public void run() {
        int operations = woken;
        woken = 0;
        if ((operations & SelectionKey.OP_READ) != 0 && (source.isReadResumed() || source.isReadShutdown())) {
            source.report();
        }
        if ((operations & SelectionKey.OP_WRITE) != 0 && (sink.isWriteResumed() || sink.isWriteShutdown())) {
            sink.report();
        }
    }

    @Override
    public void end() {
        IoUtils.safeClose(connection);
    }

    /** Closes the socket; called once, by the connection. */
    void close() throws IOException {
        closed = true;
        source.forgetReads();
        sink.forgetWrites();
        if (Thread.currentThread() != loop) {
            try {
                channel.close();
            } finally {
                loop.hand(this::leave); // which also has the selector let go of it
            }
            return;
        }
        leave();
        if (key == null) {
            channel.close();
        } else {
            key.cancel();
            loop.closeLater(channel);
        }
    }

    private void leave() {
        loop.leave(this);
        connection.hasLeft();
    }

    /** Tells the peer that no more comes. */
    void shutDownOutput() {
        if (!closed) {
            try {
                channel.shutdownOutput();
            } catch (IOException e) {
                // the peer has gone, or another thread has closed it; whoever reads next learns of it
            }
        }
    }
}
