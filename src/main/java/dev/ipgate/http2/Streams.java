package dev.ipgate.http2;

import dev.ipgate.http2.ClosedStreams.How;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The streams of one connection: what each frame means for them (RFC 9113 sections 5 and 6), and how they end. */
final class Streams {

    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    /** At a time; nginx {@code http2_max_concurrent_streams}. */
    static final int MOST = 128;

    private static final int SETTINGS_ENABLE_PUSH = 2;
    private static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;
    private static final int SETTINGS_MAX_FRAME_SIZE = 5;

    private final Http2Connection connection;
    private final Http2Server server;
    private final FrameOutput output;
    private final Sending sending;
    private final FloodLimit flood;
    private final HpackDecoder decoder;
    private final Map<Integer, Http2Stream> streams = new HashMap<>();
    private final ClosedStreams closedStreams = new ClosedStreams();
    private final ArrayDeque<Http2Stream> arrived = new ArrayDeque<>(); // for whom something came in this turn
    private int last; // that the client has opened
    private int initialWindow = Sending.DEFAULT_WINDOW;
    private @Nullable Http2Stream receiving; // the present DATA frame, unless it is thrown away
    private boolean dependsOnItself; // what the present HEADERS frame opens

    Streams(
            Http2Connection connection,
            Http2Server server,
            FrameOutput output,
            Sending sending,
            FloodLimit flood,
            HpackDecoder decoder) {
        this.connection = connection;
        this.server = server;
        this.output = output;
        this.sending = sending;
        this.flood = flood;
        this.decoder = decoder;
    }

    Sending sending() {
        return sending;
    }

    boolean isEmpty() {
        return streams.isEmpty();
    }

    /** The last that the client has opened. */
    int last() {
        return last;
    }

    // ---- frames, as they arrive -------------------------------------------------------------------------------------

    /** Bytes of a head, compressed, in frames of any number. */
    int mostHeadBytes() {
        return 2 * server.limits().headBytes();
    }

    /** Takes room for a head that has not arrived whole, or gives it back; false if there is none left. */
    boolean hold(int bytes) {
        return connection.hold(bytes);
    }

    void idleFrame() throws ConnectionException {
        flood.idleFrame();
    }

    /** A head goes on in another frame. */
    void continuation() throws ConnectionException {
        flood.idleFrame();
    }

    void dataBegins(int id, int length) throws ConnectionException {
        sending.takeWindow(length);
        Http2Stream stream = streams.get(id);
        receiving = null;
        if (stream == null) {
            requireNotIdle(id);
            if (closedStreams.how(id) != How.RESET) {
                streamError(id, ErrorCode.STREAM_CLOSED);
            }
        } else if (stream.isRequestReceived()) {
            streamError(id, ErrorCode.STREAM_CLOSED);
        } else if (!stream.takeWindow(length)) {
            streamError(id, ErrorCode.FLOW_CONTROL_ERROR);
        } else {
            receiving = stream;
        }
    }

    /** A piece of the present DATA frame's body. */
    void data(ByteBuffer bytes) {
        if (receiving == null || receiving.isClosed()) {
            sending.refund(bytes.remaining());
            return;
        }
        receiving.data(bytes);
        hasArrived(receiving);
    }

    private void hasArrived(Http2Stream stream) {
        if (arrived.peekLast() != stream) {
            arrived.add(stream);
        }
    }

    /** @param padding bytes of the frame that are no body */
    void dataEnds(int length, int padding, boolean endsStream) throws ConnectionException {
        if (length == padding && !endsStream) {
            flood.idleFrame();
        } else {
            flood.dataFrame();
        }
        Http2Stream stream = receiving;
        receiving = null;
        if (stream == null || stream.isClosed()) {
            sending.refund(padding);
            return;
        }
        stream.padding(padding);
        if (endsStream) {
            stream.endOfRequest(null);
            hasArrived(stream);
        }
    }

    /** What the present HEADERS frame opens is to depend on another stream; we serve all alike. */
    void checkDependency(int id, int on) {
        dependsOnItself = id == on;
    }

    void priority(int id, int on) throws ConnectionException {
        flood.idleFrame();
        if (id == on) {
            streamError(id, ErrorCode.PROTOCOL_ERROR);
        }
    }

    /** A whole block of fields. It is read in any case, since the next one builds on it. */
    void headers(int id, byte[] block, int from, int to, boolean endsStream) throws ConnectionException {
        Http2Stream stream = streams.get(id);
        boolean opens = stream == null && id > last;
        RequestFields fields = new RequestFields(server.limits().headBytes(), !opens);
        decoder.decode(block, from, to, fields);
        boolean selfish = dependsOnItself;
        dependsOnItself = false;
        if (stream != null) {
            trailers(stream, fields, endsStream);
        } else if (!opens) {
            late(id, !endsStream || fields.problem() != null);
        } else {
            if ((id & 1) == 0) {
                throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a client opens a server's stream");
            }
            flood.require();
            if (!connection.takesRequests()) {
                return; // the client has been told that nobody will look at it
            }
            last = id;
            if (selfish) {
                streamError(id, ErrorCode.PROTOCOL_ERROR);
            } else if (streams.size() >= MOST) {
                streamError(id, ErrorCode.REFUSED_STREAM);
            } else {
                open(new Http2Stream(id, connection, this, fields, endsStream, initialWindow));
            }
        }
    }

    private void trailers(Http2Stream stream, RequestFields fields, boolean endsStream) {
        if (stream.isRequestReceived()) {
            streamError(stream.id(), ErrorCode.STREAM_CLOSED);
        } else if (!endsStream || fields.isTooLarge() || fields.problem() != null) {
            streamError(stream.id(), ErrorCode.PROTOCOL_ERROR);
        } else {
            stream.endOfRequest(fields.headers());
            hasArrived(stream);
        }
    }

    /** A head for a stream that was open, or was passed over. */
    private void late(int id, boolean malformed) throws ConnectionException {
        switch (closedStreams.how(id)) {
            case RESET -> {
                if (malformed) {
                    streamError(id, ErrorCode.PROTOCOL_ERROR);
                } // else it was on its way
            }
            case RESET_BY_CLIENT -> streamError(id, ErrorCode.STREAM_CLOSED);
            case COMPLETED ->
                throw new ConnectionException(ErrorCode.STREAM_CLOSED, "a head on a stream that has ended");
            case UNKNOWN -> throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "streams are opened in order");
        }
    }

    private void open(Http2Stream stream) {
        streams.put(stream.id(), stream);
        connection.busy();
        try {
            server.handler().handleRequest(stream.exchange());
        } catch (Exception | Error e) { // nobody would end the request, and its stream would stay for ever
            LOG.error("a request failed: it is cut, and not forwarded", e);
            stream.close();
        }
    }

    void resetByClient(int id) throws ConnectionException {
        Http2Stream stream = streams.remove(id);
        if (stream == null) {
            requireNotIdle(id);
            closedStreams.add(id, How.RESET_BY_CLIENT); // whatever it was: nothing more is on its way
            flood.idleFrame();
            return;
        }
        if (!stream.hasAnswered()) {
            flood.reset();
        }
        end(stream, How.RESET_BY_CLIENT, StreamBody.brokenOff());
    }

    void setting(int id, int value) throws ConnectionException {
        switch (id) {
            case SETTINGS_ENABLE_PUSH -> {
                if (value != 0 && value != 1) {
                    throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a malformed setting");
                }
            }
            case SETTINGS_INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    throw new ConnectionException(ErrorCode.FLOW_CONTROL_ERROR, "a window larger than can be counted");
                }
                for (Http2Stream stream : streams.values()) {
                    if (!stream.widen((long) value - initialWindow)) {
                        throw new ConnectionException(
                                ErrorCode.FLOW_CONTROL_ERROR, "a window larger than can be counted");
                    }
                }
                initialWindow = value;
            }
            case SETTINGS_MAX_FRAME_SIZE -> {
                if (value < FrameType.LARGEST || value >= 1 << 24) {
                    throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a malformed setting");
                }
            }
            default -> {} // about what we do not do, or an extension
        }
    }

    void settingsEnd() throws ConnectionException {
        flood.idleFrame();
        output.head(0, FrameType.SETTINGS, FrameType.FLAG_ACK, 0);
        connection.flushSoon();
        for (Http2Stream stream : List.copyOf(streams.values())) {
            stream.wakeWriter();
        }
    }

    void ping(byte[] payload, boolean ack) throws ConnectionException {
        if (ack) {
            connection.lastCallHeard();
            return;
        }
        flood.idleFrame();
        output.head(8, FrameType.PING, FrameType.FLAG_ACK, 0);
        output.put(payload, 0, 8);
        connection.flushSoon();
    }

    void windowUpdate(int id, int increment) throws ConnectionException {
        flood.idleFrame();
        if (id == 0) {
            if (increment == 0) {
                throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a window that grows by nothing");
            }
            sending.widen(increment);
            return;
        }
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            requireNotIdle(id);
        }
        if (increment == 0) {
            streamError(id, ErrorCode.PROTOCOL_ERROR);
        } else if (stream != null && !stream.widen(increment)) {
            streamError(id, ErrorCode.FLOW_CONTROL_ERROR);
        } else if (stream != null) {
            stream.wakeWriter();
        }
    }

    private void requireNotIdle(int id) throws ConnectionException {
        if (id > last || (id & 1) == 0) {
            throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a frame for a stream that is not open yet");
        }
    }

    /** Tells who reads bodies what has arrived. */
    void tellReaders() {
        Http2Stream stream;
        while ((stream = arrived.poll()) != null) {
            stream.tellReader();
        }
    }

    // ---- the end of a stream ----------------------------------------------------------------------------------------

    /** The request has its answer, and both are complete. */
    void completed(Http2Stream stream, boolean malformed) {
        streams.remove(stream.id());
        flood.answered();
        if (malformed) {
            sending.reset(stream.id(), ErrorCode.PROTOCOL_ERROR); // RFC 9113 section 8.1.1
        }
        end(stream, How.COMPLETED, StreamBody.brokenOff());
    }

    /** Closes the stream before it has ended by itself. */
    void reset(Http2Stream stream, int code, IOException why) {
        streams.remove(stream.id());
        sending.reset(stream.id(), code);
        if (code != ErrorCode.NO_ERROR && code != ErrorCode.INTERNAL_ERROR) {
            flood.reset(); // else a client could have us take requests back in its place
        }
        end(stream, How.RESET, why);
    }

    /** The client broke the protocol in a way that ends one stream (RFC 9113 section 5.4.2). */
    void streamError(int id, int code) {
        Http2Stream stream = streams.get(id);
        if (stream != null) {
            reset(stream, code, StreamBody.brokenOff());
        } else {
            sending.reset(id, code);
            closedStreams.add(id, How.RESET);
            flood.reset();
        }
    }

    private void end(Http2Stream stream, How how, IOException why) {
        sending.forget(stream);
        closedStreams.add(stream.id(), how);
        stream.closed(why);
        if (how != How.COMPLETED) {
            stream.tellGone();
        }
        if (streams.isEmpty()) {
            connection.quiet();
        }
    }

    /** Resets those whose bodies have been waiting for the client since then, on the nanosecond clock, or longer. */
    void endStalled(long then) {
        for (Http2Stream stream : List.copyOf(streams.values())) {
            if (!stream.isClosed() && stream.isStalledSince(then)) {
                reset(stream, ErrorCode.CANCEL, StreamBody.brokenOff());
            }
        }
    }

    /** The connection ends, and all of them with it. */
    void endAll() {
        List<Http2Stream> left = new ArrayList<>(streams.values());
        streams.clear();
        arrived.clear();
        for (Http2Stream stream : left) {
            sending.forget(stream);
            stream.closed(StreamBody.brokenOff());
        }
        left.forEach(Http2Stream::tellGone);
    }
}
