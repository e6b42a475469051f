package dev.ipgate.tls;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;
import org.xnio.conduits.WriteReadyHandler;

/**
 * The TLS handshake on a new connection, whichever side we are. The arithmetic and the judgement of certificates are done
 * where the owner says; everything else happens on the connection's IO thread.
 */
public final class TlsHandshake {

    private static final int LONGEST_MESSAGE = 300;

    private final StreamConnection connection;
    private final TlsLink link;
    private final Executor arithmetic;
    private final boolean engineHasTasks;
    private final BiConsumer<StreamConnection, TlsLink> done;
    private final Consumer<IOException> failed;
    private final ConduitStreamSourceChannel source;
    private final ConduitStreamSinkChannel sink;
    private boolean calculating;
    private boolean handing; // the arithmetic over, so that whoever does it at once comes back
    private boolean over;

    /**
     * Makes a handshake that has not begun.
     *
     * @param arithmetic runs what takes milliseconds, be it at once or later, on whatever thread; on the connection's IO thread
     *     where the engine has no tasks
     * @param engineHasTasks whether the engine gives such work away (SSLEngine#getDelegatedTask); Conscrypt's does it itself
     * @param done gets the connection, on which TLS is in place then
     * @param failed gets the reason, an SSLException if it is one of TLS; the connection is closed then
     */
    public TlsHandshake(
            StreamConnection connection,
            TlsLink link,
            Executor arithmetic,
            boolean engineHasTasks,
            BiConsumer<StreamConnection, TlsLink> done,
            Consumer<IOException> failed) {
        this.connection = connection;
        this.link = link;
        this.arithmetic = arithmetic;
        this.engineHasTasks = engineHasTasks;
        this.done = done;
        this.failed = failed;
        source = connection.getSourceChannel();
        sink = connection.getSinkChannel();
    }

    public void start() {
        source.setReadListener(ready -> arrived());
        sink.setWriteListener(ready -> advance());
        try {
            link.beginHandshake();
        } catch (SSLException e) {
            fail(e);
            return;
        }
        arrived();
    }

    private void arrived() {
        if (engineHasTasks) {
            advance();
        } else if (!over && !calculating) {
            calculate(this::advanceAfterWaiting);
        }
    }

    private void advanceAfterWaiting() {
        if (!over) {
            calculated();
        }
    }

    /** Gives it up: neither callback follows. */
    public void abandon() {
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
                    case NEED_TASK -> calculate(this::runTasks);
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
            fail(e);
        } catch (EOFException e) {
            fail(new EOFException("the connection was closed in the middle"));
        } catch (IOException e) {
            fail(new IOException("the connection broke", e));
        }
    }

    private void calculate(Runnable work) {
        calculating = true;
        handing = true;
        try {
            arithmetic.execute(work);
        } catch (RejectedExecutionException e) {
            fail(new IOException("the gate stops", e));
            return;
        } finally {
            handing = false;
        }
        if (calculating) {
            source.suspendReads();
            sink.suspendWrites();
        }
    }

    private void runTasks() {
        boolean elsewhere = Thread.currentThread() != connection.getIoThread();
        if (!elsewhere && over) {
            return;
        }
        for (Runnable task = link.engine().getDelegatedTask();
                task != null;
                task = link.engine().getDelegatedTask()) {
            task.run(); // what it throws is kept for the next wrap or unwrap
        }
        if (elsewhere) {
            connection.getIoThread().execute(this::calculated);
        } else if (handing) {
            calculating = false; // and whoever has called goes on
        } else {
            calculated();
        }
    }

    private void calculated() {
        calculating = false;
        advance();
    }

    private void finish() {
        over = true;
        link.endHandshake();
        source.setReadListener(null);
        sink.setWriteListener(null);
        sink.suspendWrites();
        TlsSink secured = new TlsSink(sink.getConduit(), link, new WriteReadyHandler.ChannelListenerHandler<>(sink));
        sink.setConduit(secured);
        source.setConduit(new TlsSource(source.getConduit(), link, secured));
        done.accept(connection, link);
    }

    /** An exception's message without control characters, since parts of it may come from the peer, and not too long. */
    public static String message(Throwable e) {
        String message = String.valueOf((@Nullable String) e.getMessage()).replaceAll("\\p{Cntrl}", "?");
        return message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message;
    }

    private void fail(IOException reason) {
        if (!over) {
            over = true;
            link.close(); // with an alert that tells why
            IoUtils.safeClose(connection);
            failed.accept(reason);
        }
    }
}
