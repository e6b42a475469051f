package dev.ipgate.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSourceChannel;
import org.xnio.conduits.AbstractStreamSinkConduit;
import org.xnio.conduits.ConduitWritableByteChannel;
import org.xnio.conduits.Conduits;
import org.xnio.conduits.StreamSinkConduit;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The writing side of a TLS connection, in the place of the bare one. A record that found no room is sent as soon as there
 * is some, even if the writer has nothing more to write and waits for something else.
 */
final class TlsSink extends AbstractStreamSinkConduit<StreamSinkConduit> implements WriteReadyHandler {

    private final TlsLink link;
    private WriteReadyHandler writer;
    private boolean writerWaits;
    private boolean ending;
    private boolean ended;

    /** @param writer who is told when there is room */
    TlsSink(StreamSinkConduit bare, TlsLink link, WriteReadyHandler writer) {
        super(bare);
        this.link = link;
        this.writer = writer;
        bare.setWriteReadyHandler(this);
    }

    @Override
    public void setWriteReadyHandler(WriteReadyHandler handler) {
        writer = handler;
    }

    @Override
    public void writeReady() {
        try {
            if (!(ending ? flush() : link.flush())) {
                return;
            }
        } catch (IOException e) {
            next.suspendWrites(); // whoever writes or reads next meets it
        }
        if (writerWaits) {
            writer.writeReady();
        } else {
            next.suspendWrites();
        }
    }

    @Override
    public void forceTermination() {
        writer.forceTermination();
    }

    @Override
    public void terminated() {
        writer.terminated();
    }

    /** Sees to it that records which are made and not sent will be. */
    void sendTheRest() {
        if (link.hasOutput() && !next.isWriteResumed()) {
            next.resumeWrites();
        }
    }

    @Override
    public int write(ByteBuffer from) throws IOException {
        return (int) write(new ByteBuffer[] {from}, 0, 1);
    }

    @Override
    public long write(ByteBuffer[] from, int offset, int length) throws IOException {
        if (ending) {
            throw new ClosedChannelException();
        }
        long written = link.write(from, offset, length);
        sendTheRest();
        return written;
    }

    @Override
    public int writeFinal(ByteBuffer from) throws IOException {
        return Conduits.writeFinalBasic(this, from);
    }

    @Override
    public long writeFinal(ByteBuffer[] from, int offset, int length) throws IOException {
        return Conduits.writeFinalBasic(this, from, offset, length);
    }

    @Override
    public long transferFrom(FileChannel from, long position, long count) throws IOException {
        return from.transferTo(position, count, new ConduitWritableByteChannel(this));
    }

    @Override
    public long transferFrom(StreamSourceChannel from, long count, ByteBuffer throughBuffer) throws IOException {
        return IoUtils.transfer(from, count, throughBuffer, new ConduitWritableByteChannel(this));
    }

    /** Ends what is written; {@link #flush} sends the close_notify and then ends the connection's direction. */
    @Override
    public void terminateWrites() {
        ending = true;
    }

    @Override
    public boolean flush() throws IOException {
        if (ending && !ended) {
            if (!link.endOutput()) {
                sendTheRest();
                return false;
            }
            ended = true;
            next.terminateWrites();
        }
        return link.flush() && next.flush();
    }

    @Override
    public boolean isWriteShutdown() {
        return ending || next.isWriteShutdown();
    }

    @Override
    public void resumeWrites() {
        writerWaits = true;
        next.resumeWrites();
    }

    @Override
    public void wakeupWrites() {
        writerWaits = true;
        next.wakeupWrites();
    }

    @Override
    public boolean isWriteResumed() {
        return writerWaits;
    }

    @Override
    public void suspendWrites() {
        writerWaits = false;
        if (!link.hasOutput()) {
            next.suspendWrites();
        }
    }
}
