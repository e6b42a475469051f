package dev.ipgate.upstream;

import dev.ipgate.tls.TlsLink;
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
     * idle connection on which anything arrives, be it bytes or the end, is of no use any more and closes. What TLS says
     * to itself, such as a ticket for a later session, is not that: reading it gives nothing.
     *
     * The event that tells of such bytes may come after the one that brings the next request, in the same turn of the event
     * loop or a later one, and then they would be taken for that request's answer. So whoever takes a connection looks
     * first (isQuiet): one more system call a request, and the only way to know.
     */

    private final Lane lane;
    private final Replica replica;
    private final StreamConnection connection;
    private final @Nullable TlsLink tls;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private @Nullable Runnable listener;
    private boolean mayHaveMore;
    private boolean used;
    private long idleSince;

    /**
     * Makes a connection that was just opened.
     *
     * @param tls what is spoken on it, or null
     */
    AppConnection(Lane lane, Replica replica, StreamConnection connection, @Nullable TlsLink tls) {
        this.lane = lane;
        this.replica = replica;
        this.connection = connection;
        this.tls = tls;
        source = connection.getSourceChannel();
        sink = connection.getSinkChannel();
        source.setReadListener(ready -> readable());
        source.resumeReads();
    }

    private void readable() {
        if (listener != null) {
            listener.run();
        } else if (hasSaidSomething()) {
            lane.discard(this);
        }
    }

    private boolean hasSaidSomething() {
        try {
            return source.read(lane.oneByte()) != 0;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether the app has said nothing since its last answer, so that what it says next answers the next request. */
    boolean isQuiet() {
        return !hasSaidSomething() && (tls == null || !tls.holdsInput());
    }

    /** The app at the other end. */
    Replica replica() {
        return replica;
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
        return !mayHaveMore || !hasSaidSomething();
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

    /**
     * Ends a request's use of it.
     *
     * @return whether it is fit for another: not if it is closed, or if TLS holds bytes that came behind the answer
     */
    boolean becomeIdle(long now) {
        used = true;
        listener = null;
        idleSince = now;
        sink.setWriteListener(null);
        sink.suspendWrites();
        if (!connection.isOpen() || (tls != null && tls.hasInput() && hasSaidSomething())) {
            return false;
        }
        source.resumeReads();
        return true;
    }

    long idleSince() {
        return idleSince;
    }

    /** Closes it; only the lane may, which counts. */
    void close() {
        listener = null;
        source.setReadListener(null);
        sink.setWriteListener(null);
        if (tls != null) {
            tls.close();
        }
        IoUtils.safeClose(connection);
    }
}
