package dev.ipgate.http2;

import dev.ipgate.eventloop.LoopClock;
import dev.ipgate.http.ClientLink;
import dev.ipgate.http.Timed;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSourceConduit;

/**
 * One client's connection and its streams: what each frame means for them, what goes out, and how long all may take. Lives
 * on one IO thread.
 */
final class Http2Connection implements Timed {

    /*
     * Reads stay switched on: what a client may send is bounded by windows, by limits on heads, and by a budget for what
     * brings nothing. Only while a client does not take what it has asked for is nothing read from it.
     */

    private enum State {
        OPEN,
        /** All is said but for what waits to go out. */
        ENDING,
        /** All has gone out; what the client still sends is thrown away. */
        LINGERING,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Http2Connection.class);

    private static final int MOST_OUTPUT = 256 * 1024; // bytes that a client does not take, then it is not heard
    private static final int READS_A_TURN = 16; // then the IO thread's other connections have theirs
    private static final long LINGER_NANOS = 5_000_000_000L; // nginx lingering_timeout
    private static final long LAST_CALL_NANOS = 1_000_000_000L; // for requests that were sent before our farewell came
    private static final byte[] LAST_CALL = {'l', 'e', 'a', 'v', 'i', 'n', 'g', 0};

    private static final int SETTINGS_MAX_CONCURRENT_STREAMS = 3;
    private static final int SETTINGS_INITIAL_WINDOW_SIZE = 4;

    private final Http2Server server;
    private final Http2Context context;
    private final StreamConnection channel;
    private final StreamSourceConduit source;
    private final ClientLink link;
    private final String scheme;
    private final FrameInput input;
    private final FrameOutput output;
    private final FloodLimit flood = new FloodLimit();
    private final Sending sending;
    private final Streams streams;

    private State state = State.OPEN;
    private int index;
    private boolean reading;
    private boolean readsSuspended;
    private boolean flushing; // is to come, in this turn
    private boolean awaitsWritable;
    private boolean lingers; // once all has gone out

    private long deadline; // on the nanosecond clock: of an idle or lingering connection
    private int headSeen; // what the input had completed when the present head was seen first
    private long headSince; // 0 if none is being received

    private boolean leaving;
    private long lastCallUntil;
    private boolean lastCallOver;

    /** @param prefaceAt bytes of the client's preface that others have read */
    Http2Connection(
            Http2Server server,
            Http2Context context,
            StreamConnection channel,
            ClientLink link,
            String scheme,
            int prefaceAt) {
        this.server = server;
        this.context = context;
        this.channel = channel;
        this.source = channel.getSourceChannel().getConduit();
        this.link = link;
        this.scheme = scheme;
        output = new FrameOutput(context.io().buffers(), channel.getSinkChannel());
        sending = new Sending(context, output, flood, this::flushSoon);
        streams = new Streams(this, server, output, sending, flood, new HpackDecoder(context.names()));
        input = new FrameInput(streams, prefaceAt);
    }

    void start(@Nullable ByteBuffer early) {
        context.io().enter(this);
        link.onLeaving(this::leave);
        channel.setCloseListener(closed -> closed());
        channel.getSourceChannel().setReadListener(ready -> readable());
        output.onWritable(this::writable);
        idle();
        greet();
        source.resumeReads();
        reading = true;
        try {
            if (early != null) {
                input.take(early);
            }
        } catch (ConnectionException e) {
            fail(e);
        } finally {
            reading = false;
        }
        readable(); // a client that has just connected has mostly sent its request already
    }

    private void greet() {
        output.head(12, FrameType.SETTINGS, 0, 0);
        putSetting(SETTINGS_MAX_CONCURRENT_STREAMS, Streams.MOST);
        putSetting(SETTINGS_INITIAL_WINDOW_SIZE, StreamBody.WINDOW);
        output.windowUpdate(0, Sending.WINDOW - Sending.DEFAULT_WINDOW);
        flushSoon();
    }

    private void putSetting(int id, int value) {
        output.put(
                new byte[] {0, (byte) id, (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
                },
                0,
                6);
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

    // ---- reading ----------------------------------------------------------------------------------------------------

    private void readable() {
        if (reading) {
            return;
        }
        reading = true;
        try {
            for (int turn = 0; turn < READS_A_TURN && !isFull() && state != State.CLOSED; turn++) {
                ByteBuffer bytes = context.io().input();
                int read = source.read(bytes);
                if (read < 0) {
                    close(); // as nginx does: who sends no more is not interested any more
                    return;
                }
                if (read == 0) {
                    break;
                }
                if (state == State.OPEN) {
                    input.take(bytes.flip());
                    streams.tellReaders();
                }
                if (bytes.limit() < bytes.capacity()) {
                    break; // and would only be told so by another read
                }
            }
        } catch (ConnectionException e) {
            fail(e);
        } catch (IOException e) {
            close();
        } finally {
            reading = false;
        }
        flush();
    }

    /** Whether the client does not take what it has asked for; then nothing more is read. */
    private boolean isFull() {
        boolean full = output.waiting() > MOST_OUTPUT;
        if (full && !readsSuspended) {
            readsSuspended = true;
            source.suspendReads();
        }
        return full;
    }

    // ---- writing ----------------------------------------------------------------------------------------------------

    /** Has what waits sent within this turn of the IO thread. */
    void flushSoon() {
        if (!flushing && !reading && !awaitsWritable) {
            flushing = true;
            later(() -> {
                flushing = false;
                flush();
            });
        }
    }

    /** Has something done in this turn of the IO thread, or the next. */
    void later(Runnable task) {
        try {
            context.io().thread().execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the gate stops", e);
        }
    }

    private void writable() {
        awaitsWritable = false;
        output.suspend();
        flush();
    }

    private void flush() {
        if (state == State.CLOSED || state == State.LINGERING || awaitsWritable) {
            return;
        }
        try {
            if (!output.send()) {
                awaitsWritable = true;
                output.resume();
            }
        } catch (IOException e) {
            close();
            return;
        }
        if (state == State.ENDING) {
            if (!awaitsWritable) {
                said();
            }
            return;
        }
        if (readsSuspended && output.waiting() <= MOST_OUTPUT) {
            readsSuspended = false;
            source.resumeReads();
        }
        sending.wakeBlocked();
    }

    // ---- the end of the connection ----------------------------------------------------------------------------------

    private void fail(ConnectionException e) {
        LOG.debug("a connection is ended: {}", e.getMessage());
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
        flushSoon();
    }

    /** All has gone out. A client that may be sending still would be told by a reset, before it reads what we said. */
    private void said() {
        if (!lingers) {
            close();
            return;
        }
        state = State.LINGERING;
        deadline = LoopClock.nanoTime() + LINGER_NANOS;
        try {
            channel.getSinkChannel().shutdownWrites();
            channel.getSinkChannel().flush();
        } catch (IOException e) {
            close();
            return;
        }
        readsSuspended = false;
        source.resumeReads();
    }

    /** The gate stops: requests that the client has sent before it knows are still served (RFC 9113 section 6.8). */
    private void leave() {
        if (leaving || state != State.OPEN) {
            return;
        }
        leaving = true;
        lastCallUntil = System.nanoTime() + LAST_CALL_NANOS;
        output.goAway(Integer.MAX_VALUE, ErrorCode.NO_ERROR);
        output.head(8, FrameType.PING, 0, 0);
        output.put(LAST_CALL, 0, LAST_CALL.length);
        flushSoon();
    }

    /** Whether a request that arrives now is served. */
    boolean takesRequests() {
        return !lastCallOver;
    }

    /** The client knows that we are about to leave, or has had the time to. */
    void lastCallHeard() {
        if (leaving && !lastCallOver && state == State.OPEN) {
            lastCallOver = true;
            output.goAway(streams.last(), ErrorCode.NO_ERROR);
            flushSoon();
            endIfLeft();
        }
    }

    private void endIfLeft() {
        if (lastCallOver && streams.isEmpty() && state == State.OPEN) {
            state = State.ENDING;
            input.stop();
            flushSoon();
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
        deadline = now + server.limits().idleTimeout().toNanos();
    }

    // ---- time -------------------------------------------------------------------------------------------------------

    @Override
    public void tick(long now) {
        long stalled = now - server.limits().idleTimeout().toNanos();
        flood.tick();
        if (output.isStalledSince(stalled)) {
            close();
        } else if (state != State.OPEN) {
            if (state == State.LINGERING && now - deadline >= 0) {
                close();
            }
        } else if (isHeadLate(now)) {
            server.countHeadTimeout();
            end(ErrorCode.NO_ERROR, true);
        } else if (leaving && now - lastCallUntil >= 0 && !lastCallOver) {
            lastCallHeard();
        } else if (streams.isEmpty()) {
            if (now - deadline >= 0) {
                end(ErrorCode.NO_ERROR, false);
            }
        } else {
            streams.endStalled(stalled);
        }
    }

    private boolean isHeadLate(long now) {
        if (!input.isWithinHead()) {
            headSince = 0;
            return false;
        }
        if (headSince == 0 || headSeen != input.complete()) {
            headSeen = input.complete();
            headSince = now;
        }
        return now - headSince > server.limits().headTimeout().toNanos();
    }

    @Override
    public int index() {
        return index;
    }

    @Override
    public void setIndex(int next) {
        index = next;
    }

    private void close() {
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
