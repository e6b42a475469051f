package dev.ipgate.http;

import io.undertow.connector.ByteBufferPool;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioIoThread;

/** What the clients' connections of one IO thread share. Used on that thread alone, so nothing is locked. */
public final class IoContext {

    private static final long TICK_MILLIS = 100;

    private final XnioIoThread thread;
    private final ByteBufferPool buffers;
    private final ByteBuffer input;
    private final ByteBuffer output;
    private final HeadReader heads = new HeadReader(new HeaderNames());
    private final HeadBytes bytes = new HeadBytes();
    private final HttpDate date = new HttpDate();
    private final List<Timed> connections = new ArrayList<>();
    private final long most;
    private long held; // bytes
    private boolean ticking;

    /** @param most bytes that clients may have sent and that cannot be used yet */
    IoContext(XnioIoThread thread, ByteBufferPool buffers, long most) {
        this.most = most;
        this.thread = thread;
        this.buffers = buffers;
        input = ByteBuffer.allocateDirect(buffers.getBufferSize());
        output = ByteBuffer.allocateDirect(buffers.getBufferSize());
    }

    public XnioIoThread thread() {
        return thread;
    }

    public ByteBufferPool buffers() {
        return buffers;
    }

    HeadReader heads() {
        return heads;
    }

    /** Room for what is being read, empty; whoever uses it next overwrites it. */
    public ByteBuffer input() {
        return input.clear();
    }

    /** Room for what is being written, empty; whoever uses it next overwrites it. */
    ByteBuffer output() {
        return output.clear();
    }

    /**
     * Takes room for bytes that a client has sent and that cannot be used yet, or gives it back.
     *
     * @return false if there is no room left: whoever needs more has to go. What comes in one piece needs none
     */
    public boolean hold(int more) {
        held += more;
        return more <= 0 || held <= most;
    }

    /** Whether the half is free still: who can do with less, or come again, leaves the rest to those who cannot. */
    public boolean isRoomy() {
        return held <= most / 2;
    }

    /** Bytes that clients have sent and that cannot be used yet. */
    long held() {
        return held;
    }

    /** The bytes of the head that is being written; one at a time. */
    HeadBytes bytes() {
        return bytes.clear();
    }

    /** The value of a Date header. */
    public String date() {
        return date.now();
    }

    /** Looks at its time limits from now on. */
    public void enter(Timed connection) {
        connection.setIndex(connections.size());
        connections.add(connection);
        keepTicking();
    }

    public void leave(Timed connection) {
        int index = connection.index();
        Timed last = connections.remove(connections.size() - 1);
        if (last.index() != index) {
            connections.set(index, last);
            last.setIndex(index);
        }
    }

    /** One timer for all: with one a request, setting and clearing them would cost more than reading the head. */
    private void keepTicking() {
        if (!ticking) {
            ticking = true;
            try {
                thread.executeAfter(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) { // the gate stops
                ticking = false;
            }
        }
    }

    private void tick() {
        ticking = false;
        if (connections.isEmpty()) {
            return;
        }
        keepTicking(); // first: whatever goes wrong with one connection, the others still have their time limits
        long now = System.nanoTime();
        for (int i = connections.size() - 1; i >= 0; i--) {
            if (i < connections.size()) { // closing one may close others, by what their requests waited for
                connections.get(i).tick(now);
            }
        }
    }
}
