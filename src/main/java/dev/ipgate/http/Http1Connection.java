package dev.ipgate.http;

import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.AbstractServerConnection;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.HttpUpgradeListener;
import io.undertow.server.SSLSessionInfo;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.util.Protocols;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.StreamConnection;
import org.xnio.conduits.StreamSinkConduit;

/**
 * One client's connection: reads one request after the other, strictly, and hands each to the gate as an exchange. Lives on
 * one IO thread.
 */
public final class Http1Connection extends AbstractServerConnection {

    /*
     * Reads stay switched on from the first request to the last, since switching them costs a system call each time.
     * While an answer is owed, what can be read is the next request, which waits, or the end: the client has left.
     */

    private enum State {
        /** Waits for a head, or for the rest of one. */
        HEAD,
        /** A request has been handed on and its answer is owed. */
        REQUEST,
        /** All is said; what the client still sends is thrown away. */
        LINGERING,
        /** Another protocol has taken over. */
        UPGRADED,
        CLOSED
    }

    private static final Logger LOG = LoggerFactory.getLogger(Http1Connection.class);
    private static final HttpString UNKNOWN_METHOD = new HttpString("-");
    private static final long LINGER_NANOS = 5_000_000_000L; // nginx lingering_timeout
    private static final int DISCARDS_A_TURN = 16; // then the IO thread's other connections have theirs

    private final Http1Server server;
    private final IoContext context;
    private final ClientLink link;
    private final String scheme;
    private final Http1Response response;

    private State state = State.HEAD;
    private boolean reading; // heads, in this turn
    private @Nullable PooledByteBuffer input; // for a head: from 0 to its position; else what is left to read
    private int searched;
    private long deadline; // on the nanosecond clock
    private int index;

    // of the present request
    private @Nullable HttpServerExchange exchange;
    private String target = "";
    private @Nullable String problem;
    private boolean headTooLarge;
    private boolean clientEnded; // it sends no more, and nobody has been told
    private @Nullable Runnable bodyListener;
    private @Nullable Runnable watcher;
    private @Nullable Consumer<StreamConnection> upgrade;

    Http1Connection(Http1Server server, IoContext context, StreamConnection channel, ClientLink link, String scheme) {
        super(
                channel,
                context.buffers(),
                server.handler(),
                OptionMap.EMPTY,
                context.buffers().getBufferSize());
        this.server = server;
        this.context = context;
        this.link = link;
        this.scheme = scheme;
        response = new Http1Response(context, channel.getSinkChannel());
    }

    void start() {
        context.enter(this);
        channel.setCloseListener(closed -> closed());
        channel.getSourceChannel().setReadListener(source -> readable());
        idle();
        channel.getSourceChannel().resumeReads();
        readHeads(); // a client that has just connected has mostly sent its request already
    }

    public ClientLink link() {
        return link;
    }

    /** The present request's target, byte for byte. */
    public String target() {
        return target;
    }

    /** What is malformed about the present request's head, or null. */
    public @Nullable String problem() {
        return problem;
    }

    /** Whether the present request's head is so large that it was not read. */
    public boolean isHeadTooLarge() {
        return headTooLarge;
    }

    /** Where the answer to the present request goes; its head is made from the exchange. */
    public Http1Response response() {
        return response;
    }

    // ---- reading heads ----------------------------------------------------------------------------------------------

    private void readable() {
        switch (state) {
            case HEAD -> readHeads();
            case REQUEST -> {
                if (bodyListener != null) {
                    bodyListener.run();
                } else {
                    watch();
                }
            }
            case LINGERING -> discard();
            case UPGRADED, CLOSED -> {}
        }
    }

    /** Serves what has arrived: a request, or several that were sent without waiting for the answers. */
    private void readHeads() {
        if (reading) {
            return;
        }
        reading = true;
        try {
            do {
                if (readHead()) {
                    handle();
                }
            } while (state == State.HEAD
                    && input != null
                    && searched < input.getBuffer().position());
        } catch (IOException e) {
            close();
        } finally {
            reading = false;
        }
    }

    /** Reads on to the end of a head; false if it is not there yet. */
    private boolean readHead() throws IOException {
        PooledByteBuffer pooled = input == null ? context.buffers().allocate() : input;
        input = pooled;
        ByteBuffer buffer = pooled.getBuffer();
        boolean drained = false;
        while (true) {
            int end = searched < buffer.position() ? find(buffer) : 0;
            if (end > 0) {
                take(buffer, end);
                return true;
            }
            if (drained) {
                return false;
            }
            if (!buffer.hasRemaining()) {
                pooled = enlarged(pooled);
                input = pooled;
                buffer = pooled.getBuffer();
            }
            int before = buffer.position();
            int room = buffer.remaining();
            int read = originalSourceConduit.read(buffer);
            if (read < 0) {
                close();
                return false;
            }
            if (before == 0) {
                if (read == 0) {
                    releaseInput(); // an idle connection holds no buffer
                    return false;
                }
                awaitHead();
            }
            drained = read < room; // and would only be told so by another read
        }
    }

    /** Where the head ends, 0 if its end has not come; what is wrong with it counts as its end, and is noted. */
    private int find(ByteBuffer buffer) {
        try {
            if (buffer.position() > 0 && searched == 0 && !mayBegin(buffer.get(0))) {
                throw new MalformedMessageException("it does not begin as an HTTP request does");
            }
            int end = context.heads().find(buffer, searched);
            searched = buffer.position();
            if (end > server.limits().headBytes()
                    || (end < 0 && searched > server.limits().headBytes())) {
                headTooLarge = true;
                return searched;
            }
            return Math.max(end, 0);
        } catch (MalformedMessageException e) {
            problem = e.getMessage();
            return buffer.position();
        }
    }

    private static boolean mayBegin(byte first) {
        return HeadReader.isToken(first) || first == '\r';
    }

    private PooledByteBuffer enlarged(PooledByteBuffer full) {
        ByteBuffer small = full.getBuffer().flip();
        ByteBuffer large = ByteBuffer.allocate(4 * small.capacity()).put(small); // headBytes bounds how often
        full.close();
        return new ImmediatePooledByteBuffer(large);
    }

    /** Makes an exchange of the head that has been found. */
    private void take(ByteBuffer buffer, int end) {
        HttpServerExchange next = new HttpServerExchange(this, new HeaderMap(), new HeaderMap(), -1);
        next.setRequestScheme(scheme);
        next.setRequestMethod(UNKNOWN_METHOD);
        next.setProtocol(Protocols.HTTP_1_1);
        target = "";
        if (problem == null && !headTooLarge) {
            try {
                target = RequestReader.read(context.heads(), next);
            } catch (MalformedMessageException e) {
                problem = e.getMessage();
            }
        }
        searched = 0;
        if (buffer.position() == end) {
            releaseInput();
        } else {
            buffer.limit(buffer.position()).position(end);
        }
        exchange = next;
    }

    private void handle() {
        HttpServerExchange next = exchange;
        if (next == null) {
            return;
        }
        state = State.REQUEST;
        deadline = Long.MAX_VALUE;
        response.start(next);
        next.setPersistent(staysOpen(next));
        if (problem == null && !headTooLarge && !hasBody(next.getRequestHeaders())) {
            Connectors.terminateRequest(next);
        }
        try {
            server.handler().handleRequest(next);
        } catch (Exception e) {
            LOG.error("a request failed: it is cut, and not forwarded", e);
            close();
        }
    }

    private static boolean hasBody(HeaderMap headers) {
        if (headers.contains(Headers.TRANSFER_ENCODING)) {
            return true;
        }
        HeaderValues length = headers.get(Headers.CONTENT_LENGTH);
        return length != null && !(length.size() == 1 && length.getFirst().equals("0"));
    }

    /** RFC 9112 section 9.3. */
    private static boolean staysOpen(HttpServerExchange exchange) {
        return exchange.isHttp11()
                ? !asks(exchange, "close")
                : asks(exchange, "keep-alive") && !asks(exchange, "close");
    }

    private static boolean asks(HttpServerExchange exchange, String option) {
        HeaderValues connection = exchange.getRequestHeaders().get(Headers.CONNECTION);
        return connection != null && ConnectionOptions.contain(connection, option);
    }

    // ---- while an answer is owed ------------------------------------------------------------------------------------

    /**
     * Asks to be told when the client leaves before its answer is complete. nginx does the same, and like nginx takes the
     * end of what the client sends for the end of its interest.
     */
    public void onClientGone(Runnable gone) {
        if (clientEnded) {
            gone.run();
        } else {
            watcher = gone;
        }
    }

    private void watch() {
        if (input != null) { // the next request has begun to arrive, and waits
            originalSourceConduit.suspendReads();
            return;
        }
        PooledByteBuffer pooled = context.buffers().allocate();
        int read;
        try {
            read = originalSourceConduit.read(pooled.getBuffer());
        } catch (IOException e) {
            read = -1;
        }
        if (read > 0) {
            pooled.getBuffer().flip();
            input = pooled;
            originalSourceConduit.suspendReads();
            return;
        }
        pooled.close();
        if (read < 0) {
            originalSourceConduit.suspendReads();
            Runnable told = watcher;
            watcher = null;
            clientEnded = told == null;
            if (told != null) {
                told.run();
            }
        }
    }

    // ---- the request's body -----------------------------------------------------------------------------------------

    /**
     * The present request's body, which nobody has read from.
     *
     * @param limit bytes that a chunked one may have, or -1
     */
    public BodySource body(long limit) {
        HttpServerExchange asked = exchange;
        if (asked == null || asked.isRequestComplete()) {
            return BodySource.EMPTY;
        }
        String length = asked.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        return length == null
                ? new ChunkedRequestBody(asked, this, limit)
                : new LengthBody(this, Long.parseLong(length));
    }

    /** Reads bytes of the request's body as they stand, those that came with the head first. */
    int readBody(ByteBuffer buffer) throws IOException {
        PooledByteBuffer early = input;
        if (early == null) {
            return originalSourceConduit.read(buffer);
        }
        ByteBuffer bytes = early.getBuffer();
        int count = Math.min(bytes.remaining(), buffer.remaining());
        buffer.put(buffer.position(), bytes, bytes.position(), count);
        buffer.position(buffer.position() + count);
        bytes.position(bytes.position() + count);
        if (!bytes.hasRemaining()) {
            releaseInput();
        }
        return count;
    }

    /** What was read behind the end of the body is the next request; the bytes stay the caller's. */
    void giveBack(ByteBuffer bytes) {
        int early = input == null ? 0 : input.getBuffer().remaining();
        ByteBuffer joined = ByteBuffer.allocate(bytes.remaining() + early).put(bytes);
        if (input != null) {
            joined.put(input.getBuffer());
            releaseInput();
        }
        input = new ImmediatePooledByteBuffer(joined.flip());
    }

    void onBodyReadable(@Nullable Runnable listener) {
        bodyListener = listener;
    }

    void resumeBody() {
        originalSourceConduit.resumeReads();
    }

    void suspendBody() {
        originalSourceConduit.suspendReads();
    }

    /** The body has been read to its end. */
    void endBody() {
        bodyListener = null;
        if (exchange != null) {
            originalSourceConduit.resumeReads(); // to notice when the client leaves
            Connectors.terminateRequest(exchange);
        }
    }

    // ---- the end of a request ---------------------------------------------------------------------------------------

    /** Hands the connection to another protocol as soon as the answer is out, which says so (RFC 9110 section 7.8). */
    public void upgradeTo(Consumer<StreamConnection> next) {
        upgrade = next;
    }

    @Override
    protected void exchangeComplete(HttpServerExchange completed) {
        if (state != State.REQUEST || completed != exchange) {
            return;
        }
        boolean persistent = completed.isPersistent();
        boolean asked = !persistent && !staysOpen(completed);
        endRequest();
        if (upgrade != null) {
            upgrade(upgrade);
        } else if (persistent && !clientEnded) {
            state = State.HEAD;
            idle();
            originalSourceConduit.resumeReads();
            if (input != null) { // the next request, or a part of it
                input.getBuffer().compact();
                awaitHead();
                if (!reading) {
                    context.thread().execute(this::readable);
                }
            }
        } else if (asked && input == null) {
            close(); // the client has said that it sends no more
        } else {
            linger();
        }
    }

    private void endRequest() {
        exchange = null;
        problem = null;
        headTooLarge = false;
        bodyListener = null;
        watcher = null;
        response.end();
    }

    private void upgrade(Consumer<StreamConnection> next) {
        state = State.UPGRADED;
        upgrade = null;
        context.leave(this);
        channel.getSourceChannel().setReadListener(null);
        originalSourceConduit.suspendReads();
        if (input != null) {
            setExtraBytes(input);
            channel.getSourceChannel().setConduit(new ReadDataStreamSourceConduit(originalSourceConduit, this));
            input = null;
        }
        next.accept(channel);
    }

    /**
     * Closes a connection on which the client may still be sending, when all has been written. Closing at once would make the
     * kernel send a reset, and the client might never read the answer; so we say that we are done, and throw away what
     * arrives for a while (RFC 9112 section 9.6, nginx {@code lingering_close}).
     */
    public void linger() {
        if (state == State.CLOSED) {
            return;
        }
        endRequest();
        releaseInput();
        state = State.LINGERING;
        deadline = System.nanoTime() + LINGER_NANOS;
        try {
            originalSinkConduit.terminateWrites();
            originalSinkConduit.flush();
        } catch (IOException e) {
            close();
            return;
        }
        if (clientEnded) {
            close();
            return;
        }
        originalSourceConduit.resumeReads();
        discard();
    }

    private void discard() {
        try (PooledByteBuffer pooled = context.buffers().allocate()) {
            ByteBuffer waste = pooled.getBuffer();
            for (int turn = 0; turn < DISCARDS_A_TURN; turn++) {
                waste.clear();
                int read = originalSourceConduit.read(waste);
                if (read < 0) {
                    close();
                    return;
                }
                if (read == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            close();
        }
    }

    private void awaitHead() {
        deadline = System.nanoTime() + server.limits().headTimeout().toNanos();
    }

    private void idle() {
        deadline = System.nanoTime() + server.limits().idleTimeout().toNanos();
    }

    /** Called now and then: closes what takes too long. */
    void tick(long now) {
        if (state == State.REQUEST) {
            if (response.isStalledSince(now - server.limits().idleTimeout().toNanos())) {
                close();
            }
        } else if (now - deadline >= 0) {
            if (state == State.HEAD && input != null) {
                server.countHeadTimeout();
            }
            close();
        }
    }

    int index() {
        return index;
    }

    void setIndex(int next) {
        index = next;
    }

    @Override
    public void close() {
        IoUtils.safeClose(channel);
    }

    private void closed() {
        if (state == State.CLOSED || state == State.UPGRADED) {
            return;
        }
        state = State.CLOSED;
        context.leave(this);
        releaseInput();
        HttpServerExchange broken = exchange;
        endRequest();
        if (broken != null) { // whoever waits for its end learns of it
            Connectors.terminateRequest(broken);
            Connectors.terminateResponse(broken);
        }
    }

    private void releaseInput() {
        if (input != null) {
            input.close();
            input = null;
        }
    }

    // ---- what Undertow wants to know --------------------------------------------------------------------------------

    /** Nobody may answer through the exchange's own channel, which would know nothing of our framing. */
    @Override
    protected StreamSinkConduit getSinkConduit(HttpServerExchange answered, StreamSinkConduit conduit) {
        throw new IllegalStateException("an answer goes through response()");
    }

    @Override
    public HttpServerExchange sendOutOfBandResponse(HttpServerExchange answered) {
        throw new UnsupportedOperationException("interim answers are written by InterimAnswer");
    }

    @Override
    public boolean isContinueResponseSupported() {
        return false;
    }

    @Override
    public void terminateRequestChannel(HttpServerExchange ended) {}

    @Override
    public @Nullable SSLSessionInfo getSslSessionInfo() {
        return null;
    }

    @Override
    public void setSslSessionInfo(SSLSessionInfo sessionInfo) {
        throw new UnsupportedOperationException("the channel decrypts");
    }

    @Override
    protected StreamConnection upgradeChannel() {
        throw new UnsupportedOperationException("see upgradeTo()");
    }

    @Override
    protected boolean isUpgradeSupported() {
        return false;
    }

    @Override
    protected boolean isConnectSupported() {
        return false;
    }

    @Override
    protected void setUpgradeListener(HttpUpgradeListener listener) {
        throw new UnsupportedOperationException("see upgradeTo()");
    }

    @Override
    protected void setConnectListener(HttpUpgradeListener listener) {
        throw new UnsupportedOperationException("CONNECT is refused");
    }

    @Override
    public String getTransportProtocol() {
        return "http/1.1";
    }

    @Override
    public boolean isRequestTrailerFieldsSupported() {
        return true;
    }
}
