package dev.ipgate.http2;

import dev.ipgate.http.HttpService;
import dev.ipgate.http2.ClosedStreams.How;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of one connection (RFC 9113 section 5.1): how they begin, which are open, and how they end. */
final class Streams {

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    /** At a time; nginx {@code http2_max_concurrent_streams}. */
    static final int MOST = 128;

    private final Http2Connection connection;
    private final HttpService service;
    private final Sending sending;
    private final FloodLimit flood;
    private final Map<Integer, Http2Stream> open = new HashMap<>();
    private final ClosedStreams closed = new ClosedStreams();
    private int last; // that the client has opened
    private int initialWindow = Sending.DEFAULT_WINDOW;

    Streams(Http2Connection connection, HttpService service, Sending sending, FloodLimit flood) {
        this.connection = connection;
        this.service = service;
        this.sending = sending;
        this.flood = flood;
    }

    Sending sending() {
        return sending;
    }

    boolean isEmpty() {
        return open.isEmpty();
    }

    /** Whether there are as many as a client may have at a time. */
    boolean areFull() {
        return open.size() >= MOST;
    }

    /** The stream, if it is open. */
    @Nullable
    Http2Stream get(int id) {
        return open.get(id);
    }

    /** The last that the client has opened. */
    int last() {
        return last;
    }

    /** Whether the client has not come to that number yet. */
    boolean isNew(int id) {
        return id > last;
    }

    /** How one that is not open any more was closed. */
    How howClosed(int id) {
        return closed.how(id);
    }

    // ---- the client's windows ---------------------------------------------------------------------------------------

    /**
     * Has all windows begin with so many bytes, and those that have begun be as if they had.
     *
     * @throws ConnectionException if one becomes larger than can be counted
     */
    void setInitialWindow(int bytes) throws ConnectionException {
        for (Http2Stream stream : open.values()) {
            if (!stream.widen((long) bytes - initialWindow)) {
                throw new ConnectionException(ErrorCode.FLOW_CONTROL_ERROR, "a window larger than can be counted");
            }
        }
        initialWindow = bytes;
    }

    /** Tells those who write answers that there may be room. */
    void wakeWriters() {
        List.copyOf(open.values()).forEach(Http2Stream::wakeWriter);
    }

    // ---- the beginning of a stream ----------------------------------------------------------------------------------

    /** A new stream, with a request that is handed on at once. */
    void open(int id, RequestFields head, boolean whole) {
        last = id;
        Http2Stream stream = new Http2Stream(id, connection, this, head, whole, initialWindow);
        open.put(id, stream);
        connection.busy();
        try {
            service.handler().handleRequest(stream.exchange());
        } catch (Exception | Error e) { // nobody would end the request, and its stream would stay for ever
            LOG.error("a request failed: it is cut, and not forwarded", e);
            stream.close();
        }
    }

    /** A new stream that is reset instead. */
    void refuse(int id, int code) {
        last = id;
        error(id, code);
    }

    // ---- the end of a stream ----------------------------------------------------------------------------------------

    /** The request has its answer, and both are complete. */
    void completed(Http2Stream stream, boolean malformed) {
        open.remove(stream.id());
        flood.answered();
        if (malformed) {
            sending.reset(stream.id(), ErrorCode.PROTOCOL_ERROR); // RFC 9113 section 8.1.1
        }
        end(stream, How.COMPLETED, StreamBody.brokenOff());
    }

    /** Closes the stream before it has ended by itself. */
    void reset(Http2Stream stream, int code, IOException why) {
        open.remove(stream.id());
        sending.reset(stream.id(), code);
        if (code != ErrorCode.NO_ERROR && code != ErrorCode.INTERNAL_ERROR) {
            flood.reset(); // else a client could have us take requests back in its place
        }
        end(stream, How.RESET, why);
    }

    /** The client broke the protocol in a way that ends one stream (RFC 9113 section 5.4.2). */
    void error(int id, int code) {
        Http2Stream stream = open.get(id);
        if (stream != null) {
            reset(stream, code, StreamBody.brokenOff());
        } else {
            sending.reset(id, code);
            closed.add(id, How.RESET);
            flood.reset();
        }
    }

    /** The client takes its request back, or says that it will take nothing more of what is closed already. */
    void resetByClient(int id) {
        Http2Stream stream = open.remove(id);
        if (stream == null) {
            closed.add(id, How.RESET_BY_CLIENT); // whatever it was: nothing more is on its way
            return;
        }
        if (!stream.hasAnswered()) {
            flood.reset();
        }
        end(stream, How.RESET_BY_CLIENT, StreamBody.brokenOff());
    }

    private void end(Http2Stream stream, How how, IOException why) {
        sending.forget(stream);
        closed.add(stream.id(), how);
        stream.closed(why);
        if (how != How.COMPLETED) {
            stream.tellGone();
        }
        if (open.isEmpty()) {
            connection.quiet();
        }
    }

    /** Resets those whose bodies have been waiting for the client since then, on the nanosecond clock, or longer. */
    void endStalled(long then) {
        for (Http2Stream stream : List.copyOf(open.values())) {
            if (!stream.isClosed() && stream.isStalledSince(then)) {
                reset(stream, ErrorCode.CANCEL, StreamBody.brokenOff());
            }
        }
    }

    /** The connection ends, and all of them with it. */
    void endAll() {
        List<Http2Stream> left = new ArrayList<>(open.values());
        open.clear();
        for (Http2Stream stream : left) {
            sending.forget(stream);
            stream.closed(StreamBody.brokenOff());
        }
        left.forEach(Http2Stream::tellGone);
    }
}
