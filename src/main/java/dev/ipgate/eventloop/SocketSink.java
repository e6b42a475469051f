package dev.ipgate.eventloop;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioIoThread;
import org.xnio.XnioWorker;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/** What is sent on a socket. */
final class SocketSink implements StreamSinkConduit {

    /*
     * Two things are done as late as they can be, because often they need not be done. TCP_NODELAY is set before the
     * second write: nothing is under way before the first, so nothing delays it; nginx, too, sets it for connections that
     * are kept. And the last word to the peer, shutdown(2), waits for the end of the turn, since close(2) often comes
     * first and says the same.
     */

    private final SocketConnection connection;
    private final SocketChannel channel;
    private @Nullable WriteReadyHandler handler;
    private volatile boolean resumed;
    private boolean nodelayIsDue; // this and the next belong to whoever writes
    private boolean hasWritten;

    SocketSink(SocketConnection connection, SocketChannel channel, boolean nodelay) {
        this.connection = connection;
        this.channel = channel;
        this.nodelayIsDue = nodelay;
    }

    void report() {
        WriteReadyHandler told = handler;
        if (isWriteShutdown()) {
            suspendWrites();
        }
        if (told != null) {
            told.writeReady();
        }
    }

    boolean getNodelay() throws IOException {
        return nodelayIsDue || channel.getOption(StandardSocketOptions.TCP_NODELAY);
    }

    void setNodelay(boolean nodelay) throws IOException {
        nodelayIsDue = false;
        channel.setOption(StandardSocketOptions.TCP_NODELAY, nodelay);
    }

    private void beforeWrite() throws IOException {
        if (isWriteShutdown()) {
            throw new ClosedChannelException();
        }
        if (nodelayIsDue) {
            if (hasWritten) {
                setNodelay(true);
            }
            hasWritten = true;
        }
    }

    @Override
    public int write(ByteBuffer buffer) throws IOException {
        beforeWrite();
        return channel.write(buffer);
    }

    @Override
    public long write(ByteBuffer[] buffers, int offset, int length) throws IOException {
        beforeWrite();
        return length == 1 ? channel.write(buffers[offset]) : channel.write(buffers, offset, length);
    }

    @Override
    public int writeFinal(ByteBuffer buffer) throws IOException {
        return Conduits.writeFinalBasic(this, buffer);
    }

    @Override
    public long writeFinal(ByteBuffer[] buffers, int offset, int length) throws IOException {
        return Conduits.writeFinalBasic(this, buffers, offset, length);
    }

    @Override
    public long transferFrom(FileChannel source, long position, long count) throws IOException {
        beforeWrite();
        return source.transferTo(position, count, channel);
    }

    @Override
    public long transferFrom(StreamSourceChannel source, long count, ByteBuffer throughBuffer) throws IOException {
        return Conduits.transfer(source, count, throughBuffer, this);
    }

    @Override
    public boolean flush() {
        return true;
    }

    @Override
    public void terminateWrites() {
        if (connection.writeClosed()) {
            suspendWrites();
            SocketEvents events = connection.events();
            if (Thread.currentThread() == events.loop()) {
                events.loop().shutDownOutputLater(events);
            } else {
                events.shutDownOutput();
            }
            tellTerminated();
        }
    }

    @Override
    public void truncateWrites() {
        terminateWrites();
    }

    void tellTerminated() {
        WriteReadyHandler told = handler;
        if (told != null) {
            told.terminated();
        }
    }

    @Override
    public boolean isWriteShutdown() {
        return connection.isWriteShutdown();
    }

    @Override
    public void resumeWrites() {
        if (!resumed && !connection.events().isClosed()) {
            resumed = true;
            connection.events().moreIsWanted();
        }
    }

    @Override
    public void suspendWrites() {
        if (resumed) {
            resumed = false;
            connection.events().writesAreNotWanted();
        }
    }

    @Override
    public void wakeupWrites() {
        resumed = !connection.events().isClosed();
        connection.events().wakeUp(SelectionKey.OP_WRITE);
    }

    @Override
    public boolean isWriteResumed() {
        return resumed;
    }

    void forgetWrites() {
        resumed = false;
    }

    @Override
    public void awaitWritable() throws IOException {
        awaitWritable(0, TimeUnit.MILLISECONDS);
    }

    /** Waits, for ever if the time is 0. Not for a loop's thread. */
    @Override
    public void awaitWritable(long time, TimeUnit unit) throws IOException {
        if (!isWriteShutdown()) {
            Waiting.until(channel, SelectionKey.OP_WRITE, time, unit);
        }
    }

    @Override
    public void setWriteReadyHandler(WriteReadyHandler handler) {
        this.handler = handler;
    }

    @Override
    public XnioIoThread getWriteThread() {
        return connection.getIoThread();
    }

    @Override
    public XnioWorker getWorker() {
        return connection.getWorker();
    }
}
