package dev.ipgate.tls;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import org.xnio.IoUtils;
import org.xnio.channels.StreamSinkChannel;
import org.xnio.conduits.AbstractStreamSourceConduit;
import org.xnio.conduits.ConduitReadableByteChannel;
import org.xnio.conduits.StreamSourceConduit;

/** The reading side of a TLS connection, in the place of the bare one. */
final class TlsSource extends AbstractStreamSourceConduit<StreamSourceConduit> {

    private final TlsLink link;
    private final TlsSink sink;

    TlsSource(StreamSourceConduit bare, TlsLink link, TlsSink sink) {
        super(bare);
        this.link = link;
        this.sink = sink;
    }

    @Override
    public int read(ByteBuffer into) throws IOException {
        int read = link.read(into);
        sink.sendTheRest(); // TLS may have answered something
        if (read > 0 && link.hasInput() && next.isReadResumed()) {
            next.wakeupReads(); // a bare connection with something to read would raise another event
        }
        return read;
    }

    @Override
    public long read(ByteBuffer[] into, int offset, int length) throws IOException {
        for (int i = offset; i < offset + length; i++) {
            if (into[i].hasRemaining()) {
                return read(into[i]);
            }
        }
        return 0;
    }

    /** What is held here raises no event, so one is made up. */
    @Override
    public void resumeReads() {
        if (link.hasInput()) {
            next.wakeupReads();
        } else {
            next.resumeReads();
        }
    }

    @Override
    public long transferTo(long position, long count, FileChannel target) throws IOException {
        return target.transferFrom(new ConduitReadableByteChannel(this), position, count);
    }

    @Override
    public long transferTo(long count, ByteBuffer throughBuffer, StreamSinkChannel target) throws IOException {
        return IoUtils.transfer(new ConduitReadableByteChannel(this), count, throughBuffer, target);
    }
}
