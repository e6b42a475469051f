package dev.ipgate.eventloop;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.ReadReadyHandler;
import org.xnio.conduits.StreamSourceConduit;

/** What arrives on a socket. */
final class SocketSource implements StreamSourceConduit {

    private final SocketConnection connection;
    private final SocketChannel channel;
    private @Nullable ReadReadyHandler handler;
    private volatile boolean resumed;

    SocketSource(SocketConnection connection, SocketChannel channel) {
        this.connection = connection;
        this.channel = channel;
    }

    void report() {
        ReadReadyHandler told = handler;
        if (isReadShutdown()) {
            resumed = false; // the end is always ready; once is enough
        }
        if (told != null) {
            told.readReady();
        }
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (isReadShutdown()) {
            return -1;
        }
        try {
            int read = channel.read(buffer);
            endAfter(read);
            return read;
        } catch (ClosedChannelException e) {
            return -1;
        }
    }

    @Override
    public long read(ByteBuffer[] buffers, int offset, int length) throws IOException {
        if (length == 1) {
            return read(buffers[offset]);
        }
        if (isReadShutdown()) {
            return -1;
        }
        try {
            long read = channel.read(buffers, offset, length);
            endAfter(read);
            return read;
        } catch (ClosedChannelException e) {
            return -1;
        }
    }

    private void endAfter(long read) {
        if (read < 0) {
            terminateReads();
        }
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return isReadShutdown() ? -1 : target.transferFrom(channel, position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return Conduits.transfer(this, count, throughBuffer, target);
    }

    /** Does without shutdown(2), which says nothing to the peer in this direction. */
    @Override
    public void terminateReads() {
        if (connection.readClosed()) {
            resumed = false;
            tellTerminated();
        }
    }

    void tellTerminated() {
        ReadReadyHandler told = handler;
        if (told != null) {
            told.terminated();
        }
    }

    @Override
    public boolean isReadShutdown() {
        return connection.isReadShutdown();
    }

    @Override
    public void resumeReads() {
        if (!resumed && !connection.events().isClosed()) {
            resumed = true;
            connection.events().moreIsWanted();
        }
    }

    @Override
    public void suspendReads() {
        resumed = false;
    }

    @Override
    public void wakeupReads() {
        resumed = !connection.events().isClosed();
        connection.events().wakeUp(SelectionKey.OP_READ);
    }

    @Override
    public boolean isReadResumed() {
        return resumed;
    }

    void forgetReads() {
        resumed = false;
    }

    @Override
    public void awaitReadable() throws IOException {
        awaitReadable(0, TimeUnit.MILLISECONDS);
    }

    /** Waits, for ever if the time is 0. Not for a loop's thread. */
    @Override
    public void awaitReadable(long time, TimeUnit unit) throws IOException {
        if (!isReadShutdown()) {
            Waiting.until(channel, SelectionKey.OP_READ, time, unit);
        }
    }

    @Override
    public void setReadReadyHandler(ReadReadyHandler handler) {
        this.handler = handler;
    }

    @Override
    public XnioIoThread getReadThread() {
        return connection.getIoThread();
    }

    @Override
    public XnioWorker getWorker() {
        return connection.getWorker();
    }
}
