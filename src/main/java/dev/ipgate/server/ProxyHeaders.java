package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.client.MalformedProxyHeaderException;
import dev.ipgate.client.ProxyHeader;
import dev.ipgate.net.IpAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Reads the PROXY header of each connection on listeners that want one: from trusted proxies, before anything else, and in
 * time. Every other connection is closed without an answer, counted, and now and then told of in the log.
 */
final class ProxyHeaders {

    private static final Logger LOG = LoggerFactory.getLogger(ProxyHeaders.class);
    private static final long LOOK_MILLIS = 100;
    private static final int ROOM = 256; // for nearly every header

    private final Predicate<IpAddress> trusted;
    private final long patienceNanos;
    private final Map<XnioIoThread, Waiting> waiting = new ConcurrentHashMap<>();
    private final LongAdder refused = new LongAdder();
    private final Occasional refusals = new Occasional(LOG);

    /** Takes a connection over once its header has been read. */
    @FunctionalInterface
    interface Next {
        /**
         * Called on the connection's IO thread.
         *
         * @param direct whose connection it is, by its header
         * @param early what was read behind the header, or null if nothing was; comes before all that can be read
         */
        void accept(StreamConnection connection, ClientAddress direct, @Nullable ByteBuffer early);
    }

    /**
     * Makes a reader for all listeners.
     *
     * @param trusted whose headers are read
     * @param patience how long a header may take
     */
    ProxyHeaders(Predicate<IpAddress> trusted, Duration patience) {
        this.trusted = trusted;
        this.patienceNanos = patience.toNanos();
    }

    /** Connections that were closed for want of a header from a trusted proxy, since the start. */
    long refused() {
        return refused.sum();
    }

    /** Closes the connections whose headers have not arrived. */
    void close() {
        waiting.values().forEach(one -> one.thread.execute(one::closeAll));
    }

    /** Takes over a connection that was just opened. Called on its IO thread. */
    void read(StreamConnection connection, IpAddress peer, Next next) {
        if (trusted.test(peer)) {
            new Reading(connection, peer, next).start();
        } else {
            refuse(connection, peer, "it is not in client_address.trusted_proxies");
        }
    }

    private void refuse(StreamConnection connection, IpAddress peer, String why) {
        refused.increment();
        refusals.warn("a connection from " + peer + " that should begin with a PROXY header was closed: " + why);
        IoUtils.safeClose(connection);
    }

    /** A connection whose header has not arrived in whole. */
    private final class Reading {

        private final StreamConnection connection;
        private final IpAddress peer;
        private final Next next;
        private final StreamSourceConduit source;
        private final Waiting neighbours;
        private final long deadline = System.nanoTime() + patienceNanos;
        private byte[] bytes = new byte[ROOM];
        private int count;

        Reading(StreamConnection connection, IpAddress peer, Next next) {
            this.connection = connection;
            this.peer = peer;
            this.next = next;
            source = connection.getSourceChannel().getConduit();
            neighbours = waiting.computeIfAbsent(connection.getIoThread(), Waiting::new);
        }

        void start() {
            neighbours.enter(this);
            connection.setCloseListener(closed -> neighbours.leave(this));
            connection.getSourceChannel().setReadListener(readable -> read());
            connection.getSourceChannel().resumeReads();
            read(); // a proxy sends it at once
        }

        private void read() {
            try {
                while (true) {
                    if (count == bytes.length) {
                        bytes = Arrays.copyOf(bytes, Math.min(2 * count, ProxyHeader.LONGEST));
                    }
                    int read = source.read(ByteBuffer.wrap(bytes, count, bytes.length - count));
                    if (read < 0) {
                        refuse("it ended before the header did");
                        return;
                    }
                    if (read == 0) {
                        return;
                    }
                    count += read;
                    ProxyHeader header = ProxyHeader.find(bytes, count);
                    if (header != null) {
                        handOn(header);
                        return;
                    }
                }
            } catch (MalformedProxyHeaderException e) {
                refuse(e.getMessage());
            } catch (IOException e) {
                refuse("it broke: " + e.getMessage());
            }
        }

        private void handOn(ProxyHeader header) {
            neighbours.leave(this);
            connection.getSourceChannel().setReadListener(null);
            int left = count - header.length();
            ByteBuffer early = left == 0 ? null : ByteBuffer.wrap(bytes, header.length(), left);
            bytes = new byte[0]; // the close listener holds on to this object
            next.accept(connection, ClientAddress.announced(header, peer), early);
        }

        void tick(long now) {
            if (now - deadline >= 0) {
                refuse("the header was not there in time");
            }
        }

        private void refuse(@Nullable String why) {
            ProxyHeaders.this.refuse(connection, peer, String.valueOf(why));
        }
    }

    /** The connections of one IO thread that wait for their headers; one timer for all. */
    private static final class Waiting {

        private final XnioIoThread thread;
        private final Set<Reading> readings = new HashSet<>();
        private boolean ticking;

        Waiting(XnioIoThread thread) {
            this.thread = thread;
        }

        void enter(Reading reading) {
            readings.add(reading);
            keepTicking();
        }

        void leave(Reading reading) {
            readings.remove(reading);
        }

        void closeAll() {
            List.copyOf(readings).forEach(reading -> IoUtils.safeClose(reading.connection));
        }

        private void keepTicking() {
            if (!ticking) {
                try {
                    thread.executeAfter(this::tick, LOOK_MILLIS, TimeUnit.MILLISECONDS);
                    ticking = true;
                } catch (RejectedExecutionException e) {
                    // the gate stops, and closes all
                }
            }
        }

        private void tick() {
            ticking = false;
            if (!readings.isEmpty()) {
                keepTicking();
                long now = System.nanoTime();
                List.copyOf(readings).forEach(reading -> reading.tick(now)); // which may leave
            }
        }
    }
}
