package dev.ipgate.http;

import dev.ipgate.eventloop.LoopClock;
import io.undertow.conduits.ReadDataStreamSourceConduit;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
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
import org.xnio.StreamConnection;

/**
 * One client's connection: reads one request after the other, strictly, and hands each to the gate as an exchange. Lives on
 * one IO thread.
 */
public final class Http1Connection extends UndertowConnection implements ClientRequest, Timed {

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
    private static final int DISCARDS_A_TURN = 16; // then the IO thread's other connections have theirs

    private final HttpService service;
    private final IoContext context;
    private final ClientLink link;
    private final String scheme;
    private final @Nullable PriorKnowledge http2;
    private final Http1Input input;
    private final BodyBytes bytes;
    private final ClientWatch watch;
    private final Http1Response response;

    private State state = State.HEAD;
    private boolean reading; // heads, in this turn
    private long deadline; // on the nanosecond clock
    private int index;

    // of the present request
    private @Nullable HttpServerExchange exchange;
    private String target = "";
    private @Nullable String problem;
    private boolean headTooLarge;
    private @Nullable Consumer<StreamConnection> upgrade;

    Http1Connection(
            HttpService service,
            IoContext context,
            StreamConnection channel,
            ClientLink link,
            String scheme,
            @Nullable PriorKnowledge http2) {
        super(channel, context.buffers(), service.handler());
        this.service = service;
        this.context = context;
        this.link = link;
        this.scheme = scheme;
        this.http2 = http2;
        input = new Http1Input(originalSourceConduit, context);
        bytes = new BodyBytes(input, originalSourceConduit, this::bodyRead);
        watch = new ClientWatch(originalSourceConduit, input, link.tls() != null);
        response = new Http1Response(context, channel.getSinkChannel());
    }

    /** @param early what was read of it already, or null; the connection's from now on */
    void start(@Nullable ByteBuffer early) {
        context.enter(this);
        channel.setCloseListener(closed -> closed());
        channel.getSourceChannel().setReadListener(source -> readable());
        try {
            if (early != null) {
                input.giveBack(early);
            }
        } catch (IOException e) { // there is no room for it
            close();
            return;
        }
        if (input.isEmpty()) {
            idle();
        } else {
            awaitHead();
        }
        channel.getSourceChannel().resumeReads();
        readHeads(); // a client that has just connected has mostly sent its request already
    }

    @Override
    public ClientLink link() {
        return link;
    }

    @Override
    public String target() {
        return target;
    }

    @Override
    public @Nullable String problem() {
        return problem;
    }

    @Override
    public boolean isHeadTooLarge() {
        return headTooLarge;
    }

    @Override
    public Http1Response answer() {
        return response;
    }

    @Override
    public void setReason(String reason) {
        response.setReason(reason);
    }

    @Override
    public void add(HeaderLines lines) {
        response.add(lines);
    }

    /**
     * Nothing else of this request has been written yet, so the socket has room, unless the client has stopped reading; then
     * it goes without.
     */
    @Override
    public void interim(int status, String reason, HeaderMap headers) throws IOException {
        ByteBuffer bytes = response.interim(status, reason, headers);
        int written = originalSinkConduit.write(bytes);
        if (written > 0 && bytes.hasRemaining()) {
            throw new IOException("the client took half of an interim answer");
        }
    }

    // ---- reading heads ----------------------------------------------------------------------------------------------

    private void readable() {
        switch (state) {
            case HEAD -> readHeads();
            case REQUEST -> {
                if (!bytes.tell()) {
                    watch.readable();
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
            boolean more = true; // once a turn, or a client that sends without a pause would keep the others waiting
            do {
                readHead(more);
                more = false;
            } while (state == State.HEAD && input.mayHoldHead());
        } catch (IOException e) {
            close();
        } finally {
            reading = false;
        }
    }

    private void readHead(boolean more) throws IOException {
        boolean begun = !input.isEmpty();
        try {
            switch (input.readHead(service.limits().headBytes(), more)) {
                case INCOMPLETE -> {
                    if (!begun && !input.isEmpty()) {
                        awaitHead();
                    }
                }
                case COMPLETE -> {
                    if (http2 != null && context.heads().isPreface()) {
                        handOver(http2);
                    } else {
                        handle(next());
                    }
                }
                case TOO_LARGE -> {
                    headTooLarge = true;
                    service.countMalformedHead();
                    handle(unread());
                }
                case ENDED -> {
                    sayGoodbye();
                    close();
                }
            }
        } catch (MalformedMessageException e) {
            problem = e.getMessage();
            service.countMalformedHead();
            handle(unread());
        }
    }

    /** An exchange for the head that was found; what is malformed about it is noted. */
    private HttpServerExchange next() {
        HttpServerExchange next = unread();
        try {
            target = RequestReader.read(context.heads(), next);
        } catch (MalformedMessageException e) {
            problem = e.getMessage();
            service.countMalformedHead();
        }
        return next;
    }

    /** An exchange for a head that is not read. */
    private HttpServerExchange unread() {
        HttpServerExchange next = new HttpServerExchange(this, new HeaderMap(), new HeaderMap(), -1);
        next.setRequestScheme(scheme);
        next.setRequestMethod(UNKNOWN_METHOD);
        next.setProtocol(Protocols.HTTP_1_1);
        target = "";
        return next;
    }

    private void handle(HttpServerExchange next) {
        exchange = next;
        state = State.REQUEST;
        link.endIdle();
        response.start(next);
        next.setPersistent(ConnectionOptions.stayOpen(next));
        if (problem == null && !headTooLarge && !RequestReader.hasBody(next.getRequestHeaders())) {
            Connectors.terminateRequest(next);
        }
        try {
            service.handler().handleRequest(next);
        } catch (Exception | Error e) { // nobody would end the request, and its connection would stay for ever
            LOG.error("a request failed: it is cut, and not forwarded", e);
            close();
        }
    }

    // ---- while an answer is owed ------------------------------------------------------------------------------------

    /** A request that is not complete tells itself. */
    @Override
    public void onClientGone(Runnable gone) {
        if (exchange != null && exchange.isRequestComplete()) {
            watch.onGone(gone);
        }
    }

    @Override
    public void onClientGoneUnread(@Nullable Runnable gone) {
        watch.onGone(gone);
    }

    // ---- the request's body -----------------------------------------------------------------------------------------

    @Override
    public BodySource body(long limit) {
        HttpServerExchange asked = exchange;
        if (asked == null || asked.isRequestComplete()) {
            return BodySource.EMPTY;
        }
        String length = asked.getRequestHeaders().getFirst(Headers.CONTENT_LENGTH);
        return length == null
                ? new ChunkedRequestBody(asked, bytes, limit)
                : new LengthBody(bytes, Long.parseLong(length));
    }

    /** The body has been read to its end. */
    private void bodyRead() {
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
        boolean asked = !persistent && !ConnectionOptions.stayOpen(completed);
        endRequest();
        if (upgrade != null) {
            upgrade(upgrade);
        } else if (persistent && !watch.hasEnded()) {
            state = State.HEAD;
            target = ""; // which may be long, and the wait for the next request too
            idle();
            originalSourceConduit.resumeReads();
            if (!input.isEmpty()) { // the next request, or a part of it
                awaitHead();
                if (!reading) {
                    context.thread().execute(this::readable);
                }
            }
        } else if (asked && input.isEmpty()) {
            sayGoodbye(); // the client has said that it sends no more
            close();
        } else {
            linger();
        }
    }

    private void endRequest() {
        exchange = null;
        problem = null;
        headTooLarge = false;
        bytes.forget();
        watch.forget();
        response.end();
    }

    /** The client speaks HTTP/2. */
    private void handOver(PriorKnowledge next) {
        leave();
        next.takeOver(channel, link, scheme, input.takeEarly());
    }

    private void leave() {
        state = State.UPGRADED;
        context.leave(this);
        channel.getSourceChannel().setReadListener(null);
        originalSourceConduit.suspendReads();
    }

    private void upgrade(Consumer<StreamConnection> next) {
        upgrade = null;
        leave();
        ByteBuffer early = input.takeEarly();
        if (early != null) {
            setExtraBytes(new ImmediatePooledByteBuffer(early));
            channel.getSourceChannel().setConduit(new ReadDataStreamSourceConduit(originalSourceConduit, this));
        }
        next.accept(channel);
    }

    /** Closes a connection on which the client may still be sending, when all has been written. */
    @Override
    public void linger() {
        if (state == State.CLOSED) {
            return;
        }
        endRequest();
        input.clear();
        state = State.LINGERING;
        deadline = LoopClock.nanoTime() + Farewell.LINGER_NANOS;
        if (!Farewell.say(channel) || watch.hasEnded()) {
            close();
            return;
        }
        originalSourceConduit.resumeReads();
        discard();
    }

    private void discard() {
        try {
            for (int turn = 0; turn < DISCARDS_A_TURN; turn++) {
                int read = input.discard();
                if (read < 0) {
                    close();
                }
                if (read <= 0) {
                    return;
                }
            }
        } catch (IOException e) {
            close();
        }
    }

    private void awaitHead() {
        link.endIdle();
        deadline = LoopClock.nanoTime() + service.limits().headTimeout().toNanos();
    }

    private void idle() {
        long now = LoopClock.nanoTime();
        link.beginIdle(now);
        deadline = now + service.limits().idleTimeout().toNanos();
    }

    @Override
    public void tick(long now) {
        if (state == State.REQUEST) {
            if (response.isStalledSince(now - service.limits().idleTimeout().toNanos())) {
                close();
            }
        } else if (now - deadline >= 0) {
            if (state == State.HEAD && input.isEmpty()) {
                sayGoodbye();
            } else if (state == State.HEAD) {
                service.countHeadTimeout();
            }
            close();
        }
    }

    /** In the clear, closing says as much. */
    private void sayGoodbye() {
        if (link.tls() != null) {
            Farewell.say(channel);
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
        input.clear();
        HttpServerExchange broken = exchange;
        endRequest();
        if (broken != null) { // whoever waits for its end learns of it
            Connectors.terminateRequest(broken);
            Connectors.terminateResponse(broken);
        }
    }
}
