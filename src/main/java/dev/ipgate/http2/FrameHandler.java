package dev.ipgate.http2;

import dev.ipgate.http.HttpService;
import dev.ipgate.http2.ClosedStreams.How;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/** What each frame that a client sends means for the connection and for its streams (RFC 9113 sections 5 and 6). */
final class FrameHandler {

    private final Http2Connection connection;
    private final HttpService service;
    private final FrameOutput output;
    private final Sending sending;
    private final FloodLimit flood;
    private final HpackDecoder decoder;
    private final Streams streams;
    private final ArrayDeque<Http2Stream> arrived = new ArrayDeque<>(); // for whom something came in this turn
    private @Nullable Http2Stream receiving; // the present DATA frame, unless it is thrown away
    private boolean dependsOnItself; // what the present HEADERS frame opens

    FrameHandler(
            Http2Connection connection,
            HttpService service,
            FrameOutput output,
            Sending sending,
            FloodLimit flood,
            HpackDecoder decoder,
            Streams streams) {
        this.connection = connection;
        this.service = service;
        this.output = output;
        this.sending = sending;
        this.flood = flood;
        this.decoder = decoder;
        this.streams = streams;
    }

    /** Bytes of a head, compressed, in frames of any number. */
    int mostHeadBytes() {
        return 2 * service.limits().headBytes();
    }

    /** Takes room for a head that has not arrived whole, or gives it back; false if there is none left. */
    boolean hold(int bytes) {
        return connection.hold(bytes);
    }

    void idleFrame() throws ConnectionException {
        flood.idleFrame();
    }

    /** A frame is broken in a way that ends its stream alone. */
    void streamError(int id, int code) {
        streams.error(id, code);
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
            if (streams.howClosed(id) != How.RESET) {
                streams.error(id, ErrorCode.STREAM_CLOSED);
            }
        } else if (stream.isRequestReceived()) {
            streams.error(id, ErrorCode.STREAM_CLOSED);
        } else if (!stream.takeWindow(length)) {
            streams.error(id, ErrorCode.FLOW_CONTROL_ERROR);
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
        Http2Stream stream = receiving;
        if (length == padding && (!endsStream || stream == null)) {
            flood.idleFrame();
        } else if (stream != null) {
            flood.dataFrame();
        }
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
            streams.error(id, ErrorCode.PROTOCOL_ERROR);
        }
    }

    /** A whole block of fields. It is read in any case, since the next one builds on it. */
    void headers(int id, byte[] block, int from, int to, boolean endsStream) throws ConnectionException {
        Http2Stream stream = streams.get(id);
        boolean opens = streams.isNew(id);
        RequestFields fields = new RequestFields(service.limits().headBytes(), !opens);
        decoder.decode(block, from, to, fields);
        boolean selfish = dependsOnItself;
        dependsOnItself = false;
        if (stream != null) {
            trailers(stream, fields, endsStream);
        } else if (!opens) {
            late(id, !endsStream || fields.problem() != null);
        } else {
            open(id, fields, endsStream, selfish);
        }
    }

    private void open(int id, RequestFields fields, boolean endsStream, boolean selfish) throws ConnectionException {
        if ((id & 1) == 0) {
            throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a client opens a server's stream");
        }
        flood.require();
        if (!connection.takesRequests()) {
            return; // the client has been told that nobody will look at it
        }
        if (selfish) {
            streams.refuse(id, ErrorCode.PROTOCOL_ERROR);
        } else if (streams.areFull() || output.isFull()) {
            streams.refuse(id, ErrorCode.REFUSED_STREAM);
        } else {
            streams.open(id, fields, endsStream);
        }
    }

    private void trailers(Http2Stream stream, RequestFields fields, boolean endsStream) {
        if (stream.isRequestReceived()) {
            streams.error(stream.id(), ErrorCode.STREAM_CLOSED);
        } else if (!endsStream || fields.isTooLarge() || fields.problem() != null) {
            streams.error(stream.id(), ErrorCode.PROTOCOL_ERROR);
        } else {
            stream.endOfRequest(fields.headers());
            hasArrived(stream);
        }
    }

    /** A head for a stream that was open, or was passed over. */
    private void late(int id, boolean malformed) throws ConnectionException {
        switch (streams.howClosed(id)) {
            case RESET -> {
                if (malformed) {
                    streams.error(id, ErrorCode.PROTOCOL_ERROR);
                } // else it was on its way
            }
            case RESET_BY_CLIENT -> streams.error(id, ErrorCode.STREAM_CLOSED);
            case COMPLETED ->
                throw new ConnectionException(ErrorCode.STREAM_CLOSED, "a head on a stream that has ended");
            case UNKNOWN -> throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "streams are opened in order");
        }
    }

    void resetByClient(int id) throws ConnectionException {
        Http2Stream stream = streams.get(id);
        if (stream == null) {
            requireNotIdle(id);
            flood.idleFrame();
        }
        streams.resetByClient(id);
    }

    void setting(int id, int value) throws ConnectionException {
        switch (id) {
            case Setting.ENABLE_PUSH -> {
                if (value != 0 && value != 1) {
                    throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a malformed setting");
                }
            }
            case Setting.INITIAL_WINDOW_SIZE -> {
                if (value < 0) {
                    throw new ConnectionException(ErrorCode.FLOW_CONTROL_ERROR, "a window larger than can be counted");
                }
                streams.setInitialWindow(value);
            }
            case Setting.MAX_FRAME_SIZE -> {
                if (value < FrameType.LARGEST || value >= 1 << 24) {
                    throw new ConnectionException(ErrorCode.PROTOCOL_ERROR, "a malformed setting");
                }
            }
            default -> {} // about what we do not do, or an extension
        }
    }

    void settingsEnd() throws ConnectionException {
        flood.idleFrame();
        output.settings();
        connection.flushSoon();
        streams.wakeWriters();
    }

    void ping(byte[] payload, boolean ack) throws ConnectionException {
        if (ack) {
            connection.lastCallHeard();
            return;
        }
        flood.idleFrame();
        output.ping(payload, FrameType.FLAG_ACK);
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
            streams.error(id, ErrorCode.PROTOCOL_ERROR);
        } else if (stream != null && !stream.widen(increment)) {
            streams.error(id, ErrorCode.FLOW_CONTROL_ERROR);
        } else if (stream != null) {
            stream.wakeWriter();
        }
    }

    private void requireNotIdle(int id) throws ConnectionException {
        boolean passedOver = !connection.takesRequests(); // it was on its way when we took our leave
        if ((streams.isNew(id) && !passedOver) || (id & 1) == 0) {
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

    /** Nothing more comes. */
    void stop() {
        arrived.clear();
    }
}
