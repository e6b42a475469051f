package dev.ipgate.http2;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Farewell;
import dev.ipgate.http.HttpService;
import dev.ipgate.http.Timed;
import io.undertow.connector.ByteBufferPool;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * One client's connection and its streams: what each frame means for them, what goes out, and how long all may take. Lives
 * on one IO thread.
 */
final class Http2Connection implements Timed {

    private enum State {
        OPEN,
        /** All is said but for what waits to go out. */
        ENDING,
        /** All has gone out; what the client still sends is thrown away. */
        LINGERING,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

    private final HttpService service;
    private final Http2Context context;
    private final StreamConnection channel;
    private final ClientLink link;
    private final String scheme;
    private final FrameOutput output;
    private final ByteFlow flow;
    private final FloodLimit flood = new FloodLimit();
    private final Sending sending;
    private final Streams streams;
    private final FrameHandler handler;
    private final FrameInput input;
    private final HeadClock headClock;
    private final LastCall lastCall;

    private State state = State.OPEN;
    private int index;
    private boolean lingers; // once all has gone out
    private long deadline; // on the nanosecond clock: of an idle or lingering connection

    /** @param prefaceAt bytes of the client's preface that others have read */
    Http2Connection(
            HttpService service,
            Http2Context context,
            StreamConnection channel,
            ClientLink link,
            String scheme,
            int prefaceAt) {
        this.service = service;
        this.context = context;
        this.channel = channel;
        this.link = link;
        this.scheme = scheme;
        output = new FrameOutput(context.io(), channel.getSinkChannel());
        flow = new ByteFlow(this, context.io(), channel, output);
        sending = new Sending(context, output, flood, flow::flushSoon);
        streams = new Streams(this, service, sending, flood);
        HpackDecoder decoder = new HpackDecoder(context.names());
        handler = new FrameHandler(this, service, output, sending, flood, decoder, streams);
        input = new FrameInput(handler, prefaceAt);
        headClock = new HeadClock(input);
        lastCall = new LastCall(output);
    }

    void start(@Nullable ByteBuffer early) {
        context.io().enter(this);
        link.onLeaving(this::leave);
        link.onLastWord(this::hangUp);
        channel.setCloseListener(closed -> closed());
        idle();
        output.settings(Setting.MAX_CONCURRENT_STREAMS, Streams.MOST);
        flow.flushSoon();
        flow.start(early);
    }

    /** Takes room for a head that has not arrived whole, or gives it back; false if there is none left. */
    boolean hold(int bytes) {
        return context.io().hold(bytes);
    }

    ByteBufferPool buffers() {
        return context.io().buffers();
    }

    ClientLink link() {
        return link;
    }

    String scheme() {
        return scheme;
    }

    StreamConnection channel() {
        return channel;
    }

    /** Has what waits sent within this turn of the IO thread. */
    void flushSoon() {
        flow.flushSoon();
    }

    /** Has something done in this turn of the IO thread, or the next. */
    void later(Runnable task) {
        flow.later(task);
    }

    // ---- what flows -------------------------------------------------------------------------------------------------

    boolean isOpen() {
        return state == State.OPEN;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    /** Whether anything may go out. */
    boolean speaks() {
        return state == State.OPEN || state == State.ENDING;
    }

    /** Something has come in. */
    void received(ByteBuffer bytes) throws ConnectionException {
        if (state == State.OPEN) {
            input.take(bytes);
            handler.tellReaders();
        }
    }

    /** Something has gone out, or all that there was. */
    void sent(boolean all) {
        if (state == State.OPEN) {
            sending.wakeBlocked();
        } else if (all && state == State.ENDING) {
            said();
        }
    }

    // ---- the end of the connection ----------------------------------------------------------------------------------

    /** The client broke the protocol. */
    void fail(ConnectionException e) {
        LOG.debug("a connection is ended: {}", e.getMessage());
        service.countProtocolError();
        end(e.code(), true);
    }

    /** Says why, and takes nothing more. */
    private void end(int code, boolean slowly) {
        if (state != State.OPEN) {
            return;
        }
        state = State.ENDING;
        lingers = slowly;
        input.stop();
        streams.endAll();
        output.goAway(streams.last(), code);
        flow.flushSoon();
    }

    /** All has gone out. */
    private void said() {
        if (!lingers) {
            close();
            return;
        }
        state = State.LINGERING;
        deadline = LoopClock.nanoTime() + Farewell.LINGER_NANOS;
        if (Farewell.say(channel)) {
            flow.resumeReads();
        } else {
            close();
        }
    }

    /** The gate stops. */
    private void leave() {
        if (state == State.OPEN && !lastCall.isBegun()) {
            lastCall.begin();
            flow.flushSoon();
        }
    }

    /** The gate has stopped, and whoever waited for an answer has just been given one. */
    private void hangUp() {
        end(ErrorCode.NO_ERROR, false);
        flow.flush();
    }

    /** Whether a request that arrives now is served. */
    boolean takesRequests() {
        return !lastCall.isOver();
    }

    /** The client knows that we are about to leave, or has had the time to. */
    void lastCallHeard() {
        if (state == State.OPEN && lastCall.isBegun() && !lastCall.isOver()) {
            lastCall.end(streams.last());
            flow.flushSoon();
            endIfLeft();
        }
    }

    private void endIfLeft() {
        if (lastCall.isOver() && streams.isEmpty() && state == State.OPEN) {
            state = State.ENDING;
            lingers = true; // what it still says of the answers must not cost it the answers
            input.stop();
            flow.flushSoon();
        }
    }

    /** A stream has begun. */
    void busy() {
        link.endIdle();
    }

    /** The last stream has ended. */
    void quiet() {
        if (state == State.OPEN) {
            idle();
        }
        endIfLeft();
    }

    private void idle() {
        long now = LoopClock.nanoTime();
        link.beginIdle(now);
        deadline = now + service.limits().idleTimeout().toNanos();
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    @Override
    public void tick(long now) {
        long stalled = now - service.limits().idleTimeout().toNanos();
        flood.tick();
        if (output.isStalledSince(stalled)) {
            close();
        } else if (state != State.OPEN) {
            if (state == State.LINGERING && now - deadline >= 0) {
                close();
            }
        } else if (headClock.isLate(now, service.limits().headTimeout())) {
            service.countHeadTimeout();
            end(ErrorCode.NO_ERROR, true);
        } else if (lastCall.isDue(now)) {
            lastCallHeard();
        } else if (streams.isEmpty()) {
            if (now - deadline >= 0) {
                end(ErrorCode.NO_ERROR, false);
            }
        } else {
            streams.endStalled(stalled);
        }
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void setIndex(int next) {
        index = next;
    }

    void close() {
        IoUtils.safeClose(channel);
    }

    private void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        context.io().leave(this);
        input.stop();
        streams.endAll();
        output.clear();
    }
}
