package dev.ipgate.upstream;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/** One connection to the app, on one IO thread. It serves one request at a time, or is idle. */
final class AppConnection {

    /*
     * Reads stay switched on from the first request to the last, since switching them costs a system call each time. An
     * idle connection on which anything arrives, be it bytes or the end, is of no use any more and closes.
     */

    private final Lane lane;
    private final StreamConnection connection;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private @Nullable Runnable listener;
    private boolean mayHaveMore;
    private boolean used;
    private long idleSince;

    AppConnection(Lane lane, StreamConnection connection) {
        this.lane = lane;
        this.connection = connection;
        source = connection.getSourceChannel();
        sink = connection.getSinkChannel();
        source.setReadListener(ready -> readable());
        source.resumeReads();
    }

    private void readable() {
        if (listener == null) {
            lane.discard(this);
        } else {
            listener.run();
        }
    }

    /** Who is told when there is something to read; null makes it idle. */
    void onReadable(@Nullable Runnable next) {
        listener = next;
    }

    ConduitStreamSinkChannel sink() {
        return sink;
    }

    StreamConnection connection() {
        return connection;
    }

    int read(ByteBuffer buffer) throws IOException {
        int room = buffer.remaining();
        int read = source.read(buffer);
        mayHaveMore = read == room;
        return read;
    }

    /** Whether all that has arrived was read. Costs a system call only if the last read filled its buffer. */
    boolean isReadUp() {
        if (!mayHaveMore) {
            return true;
        }
        try {
            return source.read(ByteBuffer.allocate(1)) == 0;
        } catch (IOException e) {
            return false;
        }
    }

    void resumeReads() {
        source.resumeReads();
    }

    void suspendReads() {
        source.suspendReads();
    }

    /** Whether it has served a request before the present one. */
    boolean isUsed() {
        return used;
    }

    void becomeIdle(long now) {
        used = true;
        listener = null;
        idleSince = now;
        sink.setWriteListener(null);
        sink.suspendWrites();
        source.resumeReads();
    }

    long idleSince() {
        return idleSince;
    }

    boolean isOpen() {
        return connection.isOpen();
    }

    /** Closes it; only the lane may, which counts. */
    void close() {
        listener = null;
        source.setReadListener(null);
        sink.setWriteListener(null);
        IoUtils.safeClose(connection);
    }
}
