package dev.ipgate.server;

import dev.ipgate.http.BodySource;
import dev.ipgate.http.ClientSide;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.SameThreadExecutor;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.XnioExecutor;

/** A request's body that is no more than a form, for the gate itself. Taken in whole, on the exchange's IO thread. */
final class SmallBody implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(SmallBody.class);
    private static final int LARGEST = 4096; // bytes
    private static final int PATIENCE_SECONDS = 10; // for all of it

    /** What becomes of it. */
    interface Taker {
        /** All of it is there. */
        void taken(byte[] body);

        /** It is not to be had. */
        void refused(Refusal why, String detail);
    }

    private final Transaction transaction;
    private final HttpServerExchange exchange;
    private final Taker taker;
    private final ByteBuffer bytes = ByteBuffer.allocate(LARGEST + 1);
    private @Nullable BodySource source;
    private XnioExecutor.@Nullable Key deadline;
    private boolean ended;

    private SmallBody(Transaction transaction, Taker taker) {
        this.transaction = transaction;
        this.exchange = transaction.exchange();
        this.taker = taker;
    }

    /** Begins to read; the taker is called later, once, unless the client leaves first. */
    static void read(Transaction transaction, Taker taker) {
        SmallBody body = new SmallBody(transaction, taker);
        transaction.exchange().dispatch(SameThreadExecutor.INSTANCE, body::start);
    }

    private void start() {
        String length = exchange.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        if (length != null && Long.parseLong(length) > LARGEST) { // of digits, as Framing has seen to
            refuse(Refusal.BODY_TOO_LARGE, LARGEST + " bytes");
            return;
        }
        transaction.onEnd(this::end);
        deadline = exchange.getIoThread()
                .executeAfter(
                        () -> guarded(() -> refuse(Refusal.BODY_STALLED, "the form did not come whole")),
                        PATIENCE_SECONDS,
                        TimeUnit.SECONDS);
        if (exchange.getRequestHeaders().contains(Headers.EXPECT) && !exchange.isRequestComplete()) {
            try {
                ClientSide.interim(exchange, 100, "Continue", new HeaderMap());
            } catch (IOException e) {
                transaction.notAnswered();
                return;
            }
        }
        source = ClientSide.body(exchange, LARGEST);
        source.onReadable(() -> guarded(this));
        run();
    }

    @Override
    public void run() {
        BodySource from = source;
        if (ended || from == null) {
            return;
        }
        try {
            while (bytes.hasRemaining()) {
                int read = from.read(bytes);
                if (read < 0) {
                    end();
                    taker.taken(Arrays.copyOf(bytes.array(), bytes.position()));
                    return;
                }
                if (read == 0) {
                    from.resume();
                    return;
                }
            }
            refuse(Refusal.BODY_TOO_LARGE, LARGEST + " bytes");
        } catch (RequestTooBigException e) {
            refuse(Refusal.BODY_TOO_LARGE, LARGEST + " bytes");
        } catch (IOException e) {
            refuse(Refusal.BAD_REQUEST, "the body is malformed, or was cut off");
        }
    }

    private void refuse(Refusal why, String detail) {
        if (!ended) {
            end();
            taker.refused(why, detail);
        }
    }

    private void end() {
        ended = true;
        transaction.onEnd(null);
        if (source != null) {
            source.suspend();
            source.onReadable(null);
        }
        if (deadline != null) {
            deadline.remove();
            deadline = null;
        }
    }

    /** The exchange's own caller, which cuts a request that fails, has long gone. */
    private void guarded(Runnable rest) {
        try {
            rest.run();
        } catch (RuntimeException e) {
            LOG.error("a request to the gate itself failed: it is cut", e);
            IoUtils.safeClose(exchange.getConnection());
        }
    }
}
