package dev.ipgate.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The TLS handshake on a new connection, whichever side we are. The arithmetic and the judgement of certificates are done by
 * the worker's threads, since they take milliseconds; everything else happens on the connection's IO thread.
 */
final class TlsHandshake {

    private final StreamConnection connection;
    private final TlsLink link;
    private final BiConsumer<StreamConnection, TlsLink> done;
    private final Consumer<String> failed;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private boolean calculating;
    private boolean over;

    /**
     * Makes a handshake that has not begun.
     *
     * @param done gets the connection, on which TLS is in place then
     * @param failed gets the reason; the connection is closed then
     */
    TlsHandshake(
            StreamConnection connection,
            TlsLink link,
            BiConsumer<StreamConnection, TlsLink> done,
            Consumer<String> failed) {
        this.connection = connection;
        this.link = link;
        this.done = done;
        this.failed = failed;
        source = connection.getSourceChannel();
        sink = connection.getSinkChannel();
    }

    void start() {
        source.setReadListener(ready -> advance());
        sink.setWriteListener(ready -> advance());
        try {
            link.engine().beginHandshake();
        } catch (SSLException e) {
            fail(TlsTrouble.text(e));
            return;
        }
        advance();
    }

    /** Gives it up: neither callback follows. */
    void abandon() {
        over = true;
        link.free();
        IoUtils.safeClose(connection);
    }

    private void advance() {
        try {
            while (!over && !calculating) {
                if (!link.flush()) {
                    sink.resumeWrites();
                    return;
                }
                switch (link.engine().getHandshakeStatus()) {
                    case NEED_WRAP -> link.wrapHandshake();
                    case NEED_TASK -> calculate();
                    case NEED_UNWRAP, NEED_UNWRAP_AGAIN -> {
                        if (!link.readHandshake()) {
                            sink.suspendWrites();
                            source.resumeReads();
                            return;
                        }
                    }
                    case NOT_HANDSHAKING, FINISHED -> finish();
                }
            }
        } catch (SSLException e) {
            fail(TlsTrouble.text(e));
        } catch (EOFException e) {
            fail("the connection was closed in the middle");
        } catch (IOException e) {
            fail("the connection broke");
        }
    }

    private void calculate() {
        calculating = true;
        source.suspendReads();
        sink.suspendWrites();
        try {
            connection.getWorker().execute(() -> {
                for (Runnable task = link.engine().getDelegatedTask();
                        task != null;
                        task = link.engine().getDelegatedTask()) {
                    task.run(); // what it throws is kept for the next wrap or unwrap
                }
                connection.getIoThread().execute(this::calculated);
            });
        } catch (RejectedExecutionException e) {
            fail("the gate stops");
        }
    }

    private void calculated() {
        calculating = false;
        advance();
    }

    private void finish() {
        over = true;
        source.setReadListener(null);
        sink.setWriteListener(null);
        sink.suspendWrites();
        TlsSink secured = new TlsSink(sink.getConduit(), link, new WriteReadyHandler.ChannelListenerHandler<>(sink));
        sink.setConduit(secured);
        source.setConduit(new TlsSource(source.getConduit(), link, secured));
        done.accept(connection, link);
    }

    private void fail(String reason) {
        if (!over) {
            over = true;
            link.close(); // with an alert that tells why
            IoUtils.safeClose(connection);
            failed.accept(reason);
        }
    }
}
