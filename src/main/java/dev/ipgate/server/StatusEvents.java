package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.ClientSide;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/**
 * {@code /api/events}: the status as server-sent events (HTML Standard, section 9.2), to a few listeners at once, whenever it
 * has changed and at most once a second.
 */
final class StatusEvents {

    /*
     * A worker's thread makes the status once a second, once for all who listen, and only while somebody does. Each
     * listener is served on its connection's IO thread, and holds what it has not taken of one event and the newest after
     * that: what came between is of no use to anybody.
     */

    static final String PATH = "/api/events";
    static final String TYPE = "text/event-stream";
    static final int MOST = 16;

    private static final Logger LOG = LoggerFactory.getLogger(StatusEvents.class);
    private static final int HEARTBEAT = 15; // looks without a change
    private static final long PATIENCE = Duration.ofSeconds(10).toNanos(); // with a client that takes nothing
    private static final byte[] GREETING = "retry: 2000\n\n".getBytes(UTF_8);
    private static final byte[] COMMENT = ": still here\n\n".getBytes(UTF_8);
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final StatusPage status;
    private final Lookout lookout;
    private final AtomicInteger count = new AtomicInteger();
    private final Set<Listener> listeners = ConcurrentHashMap.newKeySet();
    private String told = "";
    private int silent; // looks since anything was told

    StatusEvents(XnioWorker worker, StatusPage status) {
        this.status = status;
        lookout = new Lookout(worker, this::look);
    }

    /** How many listen. */
    int count() {
        return count.get();
    }

    /**
     * Has a client listen, if there is room. On its IO thread.
     *
     * @param mayStay asked before it is told anything, on its IO thread
     * @param answer begins the answer
     */
    boolean add(Transaction transaction, BooleanSupplier mayStay, Supplier<BodySink> answer) {
        if (count.incrementAndGet() > MOST) {
            count.decrementAndGet();
            return false;
        }
        Listener listener = new Listener(transaction, mayStay, answer.get());
        transaction.onEnd(listener::ended);
        listeners.add(listener);
        ClientSide.onClientGone(transaction.exchange(), transaction::notAnswered);
        listener.tell(GREETING);
        lookout.start();
        return true;
    }

    /** Once a second, on a thread that may take its time. */
    private void look() {
        if (listeners.isEmpty()) {
            told = "";
            return;
        }
        String facts = status.facts();
        boolean changed = !facts.equals(told);
        told = facts;
        silent = changed ? 0 : (silent + 1) % HEARTBEAT;
        byte[] event = ("data: " + StatusPage.asOfNow(facts) + "\n\n").getBytes(UTF_8);
        for (Listener listener : listeners) {
            listener.later(changed || listener.isNew ? event : null, silent == 0);
            listener.isNew = false;
        }
    }

    /** A client. Its fields belong to its IO thread, but for the first. */
    private final class Listener {
        private boolean isNew = true; // for whoever looks
        private final Transaction transaction;
        private final BooleanSupplier mayStay;
        private final BodySink client;
        private ByteBuffer unsent = NOTHING;
        private byte @Nullable [] next;
        private long stalledAt;
        private boolean stalled;
        private boolean ended;

        Listener(Transaction transaction, BooleanSupplier mayStay, BodySink client) {
            this.transaction = transaction;
            this.mayStay = mayStay;
            this.client = client;
        }

        void later(byte @Nullable [] event, boolean heartbeat) {
            try {
                transaction.exchange().getIoThread().execute(() -> turn(event, heartbeat));
            } catch (RejectedExecutionException e) {
                LOG.debug("the gate stops", e);
            }
        }

        private void turn(byte @Nullable [] event, boolean heartbeat) {
            if (ended) {
                return;
            }
            if (!mayStay.getAsBoolean() || (stalled && System.nanoTime() - stalledAt > PATIENCE)) {
                transaction.notAnswered();
            } else if (event != null) {
                tell(event);
            } else if (heartbeat && !stalled) {
                tell(COMMENT);
            }
        }

        private void tell(byte[] event) {
            next = event;
            if (!stalled) {
                push();
            }
        }

        private void push() {
            try {
                while (client.write(unsent, false) && client.flush()) {
                    if (next == null) {
                        unsent = NOTHING;
                        if (stalled) {
                            stalled = false;
                            client.suspend();
                        }
                        return;
                    }
                    unsent = ByteBuffer.wrap(next);
                    next = null;
                }
            } catch (IOException e) {
                transaction.notAnswered();
                return;
            }
            if (!stalled) {
                stalled = true;
                stalledAt = System.nanoTime();
            }
            client.onWritable(this::push);
            client.resume();
        }

        private void ended() {
            if (!ended) {
                ended = true;
                listeners.remove(this);
                count.decrementAndGet();
            }
        }
    }
}
