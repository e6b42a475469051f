package dev.ipgate.upstream;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.upstream.Failure.Kind;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.server.protocol.http.HttpServerConnection;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;

/** One request on its way to the app and its answer on the way back. Lives on the exchange's IO thread. */
final class Forwarding {

    private static final long ADMISSION_NANOS =
            Duration.ofSeconds(2).toNanos(); // between two looks at a stream's right
    private static final int MOST_INTERIM_ANSWERS = 32;

    private enum Phase {
        SPOOLING,
        CONNECTING,
        AWAITING_ANSWER,
        ANSWERING,
        TUNNELING,
        ENDED
    }

    private final Lane lane;
    private final UpstreamSettings settings;
    private final HttpServerExchange exchange;
    private final AppRequest request;
    private final FailureHandler failures;

    /** Where the lane keeps it; -1 when it does not. */
    int index = -1;

    private Phase phase = Phase.CONNECTING;
    private long progressAt = System.nanoTime();
    private long progressSeen;
    private long admissionAt = progressAt;
    private @Nullable Opening opening;
    private @Nullable Replica replica;
    private long turnedAt;
    private @Nullable AppConnection connection;
    private boolean retried;
    private @Nullable Spooling spooling;
    private @Nullable SpooledBody spooled;
    private @Nullable Pump upload;
    private boolean uploadDone;
    private @Nullable AnswerReader reader;
    private int interimAnswers;
    private @Nullable AppBody body;
    private @Nullable Pump download;
    private boolean eventStream;
    private boolean keepsAlive;
    private @Nullable Tunnel tunnel;

    Forwarding(
            Lane lane,
            UpstreamSettings settings,
            HttpServerExchange exchange,
            AppRequest request,
            FailureHandler failures) {
        this.lane = lane;
        this.settings = settings;
        this.exchange = exchange;
        this.request = request;
        this.failures = failures;
    }

    void start() {
        lane.enter(this);
        if (isToBeSpooled()) {
            spool();
        } else {
            watchClient();
            lane.acquire(this, false);
        }
    }

    private boolean isToBeSpooled() {
        return switch (settings.requestBuffering()) {
            case OFF -> false;
            case CHUNKED -> RequestHead.isChunked(exchange);
            case ALL -> !exchange.isRequestComplete();
        };
    }

    /** Takes the whole body in before the app is contacted. */
    private void spool() {
        phase = Phase.SPOOLING;
        Spooling into = Spooling.enter(lane.upstream().spool(), lane.upstream().buffers(), lane.thread());
        if (into == null) {
            fail(new Failure(Kind.BUSY, Spool.MOST_BODIES + " request bodies are being spooled already"));
            return;
        }
        spooling = into;
        if (HttpContinue.requiresContinueResponse(exchange)
                && !InterimAnswer.sendContinue(exchange, lane.headBytes())) {
            cut("the client is gone");
            return;
        }
        upload = new Pump(clientBody(), into, lane.upstream().buffers(), lane.thread(), new Pump.End() {
            @Override
            public void done() {
                RequestHead.setLength(exchange, into.length());
                watchClient();
                phase = Phase.CONNECTING;
                progressAt = System.nanoTime();
                lane.acquire(Forwarding.this, false);
            }

            @Override
            public void sourceFailed(IOException e) {
                clientFailed(e);
            }

            @Override
            public void sinkFailed(IOException e) {
                spoolFailed(e);
            }
        });
        upload.start();
    }

    private void spoolFailed(IOException e) {
        fail(new Failure(
                Kind.BUSY,
                e instanceof SpoolFullException
                        ? String.valueOf(e.getMessage())
                        : "a request's body could not be spooled to "
                                + lane.upstream().spool().directory() + ": " + e));
    }

    private void watchClient() {
        ClientWatch.start(exchange, () -> cut("the client is gone"));
    }

    /** The lane has room for a new connection: opens one, to this app or, if it does not answer, to another. */
    void open(Replica first) {
        Opening starting = new Opening(
                lane, this, first, progressAt + settings.connectTimeout().toNanos());
        opening = starting;
        starting.start();
    }

    /** The request is in this app's hands now, and no longer in another's; null for nobody's. */
    void turnTo(@Nullable Replica next) {
        if (replica != null) {
            replica.end();
        }
        replica = next;
        if (next != null) {
            turnedAt = System.nanoTime();
            next.begin(turnedAt);
        }
    }

    /** The lane has a connection for us. */
    void connected(AppConnection given) {
        opening = null;
        if (given.replica() != replica) {
            turnTo(given.replica());
        }
        connection = given;
        phase = Phase.AWAITING_ANSWER;
        progressAt = System.nanoTime();
        reader = new AnswerReader(given, lane.upstream().buffers());
        given.onReadable(this::readAnswer);

        HeadBytes head = lane.headBytes();
        RequestHead.write(head, exchange, request, settings, given.replica().url());
        AppSink sink = new AppSink(
                given.sink(),
                head.buffer(),
                RequestHead.isChunked(exchange),
                () -> RequestHead.trailers(exchange, request));
        if (spooling != null) {
            if (spooled != null) {
                spooled.close();
            }
            spooled = spooling.body();
            pumpUp(spooled, sink);
        } else if (exchange.isRequestComplete()) {
            sendHeadAlone(sink);
        } else {
            pumpUp(clientBody(), sink);
        }
    }

    private void sendHeadAlone(AppSink sink) {
        try {
            uploadDone = sink.finish();
        } catch (IOException e) {
            dropped(false);
            return;
        }
        if (!uploadDone) {
            pumpUp(BodySource.EMPTY, sink);
        }
    }

    private void pumpUp(BodySource from, AppSink sink) {
        upload = new Pump(from, sink, lane.upstream().buffers(), lane.thread(), uploadEnd());
        upload.start();
    }

    private BodySource clientBody() {
        return RequestHead.isChunked(exchange) && exchange.getConnection() instanceof HttpServerConnection client
                ? new ChunkedClientBody(exchange, client, request.bodyLimit())
                : new ChannelSource(exchange.getRequestChannel());
    }

    private Pump.End uploadEnd() {
        return new Pump.End() {
            @Override
            public void done() {
                uploadDone = true;
                progressAt = System.nanoTime();
                if (spooling == null) {
                    watchClient(); // else it is watched already
                } else if (phase == Phase.ANSWERING) {
                    closeSpool();
                }
            }

            @Override
            public void sourceFailed(IOException e) {
                if (spooling != null) {
                    spoolFailed(e);
                } else {
                    clientFailed(e);
                }
            }

            @Override
            public void sinkFailed(IOException e) {
                // the app takes no more, but may have answered before it closed: reading will tell
                readAnswer();
            }
        };
    }

    private void clientFailed(IOException e) {
        if (e instanceof RequestTooBigException) {
            fail(new Failure(
                    Kind.BODY_TOO_LARGE,
                    "the body exceeds " + request.bodyLimit() + " bytes",
                    request.bodyLimit() + " bytes"));
        } else {
            fail(new Failure(Kind.BAD_BODY, "the request's body is malformed or was cut off"));
        }
    }

    /** Something has arrived from the app that owes an answer. */
    private void readAnswer() {
        AnswerReader current = reader;
        if (phase != Phase.AWAITING_ANSWER || current == null) {
            return;
        }
        try {
            AnswerHead head = current.read();
            while (head != null && phase == Phase.AWAITING_ANSWER) {
                if (head.status() >= 200) {
                    answer(head, current.rest());
                    return;
                }
                if (head.status() == 101) {
                    upgrade(head, current.rest());
                    return;
                }
                interim(head);
                head = current.read();
            }
        } catch (BadAnswerException e) {
            fail(new Failure(Kind.BROKEN, "the app's answer is unusable: " + e.getMessage()));
        } catch (IOException e) {
            dropped(current.hasBegun());
        }
    }

    /** 100, 103 and their like are not the answer (RFC 9110 section 15.2). */
    private void interim(AnswerHead head) throws BadAnswerException {
        if (++interimAnswers > MOST_INTERIM_ANSWERS) {
            throw new BadAnswerException("it is announced again and again");
        }
        boolean continues = HttpContinue.requiresContinueResponse(exchange) && !uploadDone;
        boolean asked = head.status() == 103 || (head.status() == 100 && continues);
        if (asked && exchange.isHttp11() && !InterimAnswer.relay(head, exchange, lane.headBytes())) {
            cut("the client is gone");
        }
    }

    private void answer(AnswerHead head, @Nullable PooledByteBuffer rest) throws BadAnswerException {
        AnswerFraming framing;
        try {
            framing = AnswerFraming.of(head, exchange.getRequestMethod());
        } catch (BadAnswerException e) {
            if (rest != null) {
                rest.close();
            }
            throw e;
        }
        phase = Phase.ANSWERING;
        reader = null;
        if (uploadDone) {
            closeSpool(); // nothing is sent again once the app has begun to answer
        }
        works();
        progressAt = System.nanoTime();
        String type = head.first(Headers.CONTENT_TYPE);
        eventStream = type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
        keepsAlive = AnswerFraming.keepsAlive(head);
        ResponseHead.copy(head, framing, exchange);
        boolean early = !exchange.isRequestComplete(); // nobody reads the rest of the body
        if (early || request.last().getAsBoolean()) {
            exchange.setPersistent(false);
        }
        AppConnection from = Objects.requireNonNull(connection);
        AppBody answer = new AppBody(
                from, framing, rest, trailers -> exchange.putAttachment(HttpAttachments.RESPONSE_TRAILERS, trailers));
        body = answer;
        download = new Pump(
                answer,
                new ChannelSink(exchange.getResponseChannel()),
                lane.upstream().buffers(),
                lane.thread(),
                new Pump.End() {
                    @Override
                    public void done() {
                        answered(answer);
                    }

                    @Override
                    public void sourceFailed(IOException e) {
                        cut("the app broke off its answer");
                    }

                    @Override
                    public void sinkFailed(IOException e) {
                        cut("the client is gone");
                    }
                });
        download.start();
    }

    private void works() {
        if (replica != null) {
            replica.worked(turnedAt);
        }
    }

    private void answered(AppBody answer) {
        AppConnection used = connection;
        boolean reusable = used != null && answer.endedCleanly() && uploadDone && keepsAlive && used.isReadUp();
        boolean pending = !exchange.isRequestComplete();
        connection = null;
        if (!uploadDone) {
            stopPumps();
        }
        end();
        if (used != null) {
            if (reusable) {
                lane.release(used);
            } else {
                lane.drop(used);
            }
        }
        if (pending) {
            failures.bodyPending(exchange);
        } else {
            exchange.endExchange();
        }
    }

    private void upgrade(AnswerHead head, @Nullable PooledByteBuffer early) {
        if (!RequestHead.isWebSocket(exchange)) {
            if (early != null) {
                early.close();
            }
            fail(new Failure(Kind.BROKEN, "the app switched protocols without being asked"));
            return;
        }
        phase = Phase.TUNNELING;
        reader = null;
        works();
        progressAt = System.nanoTime();
        ResponseHead.copy(head, new AnswerFraming(AnswerFraming.Kind.NONE, 0), exchange);
        exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket");
        AppConnection app = Objects.requireNonNull(connection);
        ClientWatch.stop(exchange);
        exchange.upgradeChannel((client, upgraded) -> {
            tunnel = new Tunnel(client, app.connection(), lane.upstream().buffers(), lane.thread(), this::tunnelEnded);
            tunnel.start(early);
        });
        exchange.endExchange();
    }

    private void tunnelEnded() {
        dropConnection();
        end();
    }

    void closeTunnel() {
        if (phase == Phase.TUNNELING) {
            if (tunnel != null) {
                tunnel.close();
            } else {
                IoUtils.safeClose(exchange.getConnection());
                tunnelEnded();
            }
        }
    }

    /** The connection to the app failed before its answer was complete. */
    private void dropped(boolean answerBegun) {
        boolean reused = connection != null && connection.isUsed();
        closeReader();
        stopPumps();
        dropConnection();
        if (!reused && !answerBegun && replica != null) {
            lane.upstream().replicas().failed(replica, "it drops connections before it answers", System.nanoTime());
        }
        if (reused && !retried && !answerBegun && isRepeatable()) {
            retried = true; // the app closed the idle connection just as we took it
            uploadDone = false;
            phase = Phase.CONNECTING;
            progressAt = System.nanoTime();
            turnTo(null);
            lane.acquire(this, true);
            return;
        }
        fail(new Failure(
                Kind.BROKEN,
                answerBegun
                        ? "the app broke off the head of its answer"
                        : "the app dropped the connection before it answered"));
    }

    /** Whether the request can be sent again without harm, and without a body that is gone. */
    private boolean isRepeatable() {
        boolean bodyAtHand = spooling != null
                || (exchange.isRequestComplete()
                        && exchange.getRequestContentLength() <= 0
                        && !exchange.getRequestHeaders().contains(Headers.TRANSFER_ENCODING));
        HttpString method = exchange.getRequestMethod();
        boolean idempotent =
                method.equals(Methods.GET) || method.equals(Methods.HEAD) || method.equals(Methods.OPTIONS);
        boolean idempotentWithBody = method.equals(Methods.PUT) || method.equals(Methods.DELETE);
        return bodyAtHand && (idempotent || (spooling != null && idempotentWithBody));
    }

    /** Nothing was sent to the client yet; the gate answers. */
    void failed(Failure failure) {
        fail(failure);
    }

    private void fail(Failure failure) {
        if (phase == Phase.ENDED || phase == Phase.TUNNELING) {
            return;
        }
        if (phase == Phase.ANSWERING) {
            cut(failure.detail());
            return;
        }
        stopPumps();
        dropConnection();
        end();
        failures.answer(exchange, failure);
    }

    private void cut(String reason) {
        if (phase == Phase.ENDED) {
            return;
        }
        stopPumps();
        dropConnection();
        end();
        IoUtils.safeClose(exchange.getConnection());
        failures.cut(exchange, reason);
    }

    private void end() {
        if (phase == Phase.CONNECTING) {
            lane.withdraw(this);
        }
        phase = Phase.ENDED;
        closeReader();
        closeSpool();
        if (opening != null) {
            opening.abandon();
            opening = null;
        }
        turnTo(null);
        lane.leave(this);
    }

    private void closeSpool() {
        if (spooled != null) {
            spooled.close();
        }
        if (spooling != null) {
            spooling.close();
        }
    }

    private void closeReader() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
    }

    private void stopPumps() {
        if (upload != null) {
            upload.stop();
        }
        if (download != null) {
            download.stop();
        }
        if (body != null) {
            body.abandon();
        }
    }

    private void dropConnection() {
        if (connection != null) {
            AppConnection used = connection;
            connection = null;
            lane.drop(used);
        }
    }

    /** Called a few times a second: judges deadlines, and whether a streaming answer may go on. */
    void tick(long now) {
        long moved = (upload == null ? 0 : upload.moved())
                + (download == null ? 0 : download.moved())
                + (tunnel == null ? 0 : tunnel.moved());
        if (moved != progressSeen) {
            progressSeen = moved;
            progressAt = now;
        }
        boolean streams = phase == Phase.ANSWERING || phase == Phase.TUNNELING;
        if (streams && now - admissionAt > ADMISSION_NANOS) {
            admissionAt = now;
            if (!request.admitted().getAsBoolean()) {
                expire("the client's address is denied now");
                return;
            }
        }
        if (opening != null) {
            opening.tick(now); // it has a time of its own for each attempt
            return;
        }
        Duration limit = limit();
        if (now - progressAt > limit.toNanos()) {
            expire("no progress for " + limit.toSeconds() + " s");
        }
    }

    /** How long nothing may move, given whose turn it is. */
    private Duration limit() {
        return switch (phase) {
            case SPOOLING -> request.idleTimeout();
            case CONNECTING -> settings.connectTimeout();
            case AWAITING_ANSWER -> clientOwesBody() ? request.idleTimeout() : settings.responseTimeout();
            case ANSWERING -> {
                if (download != null && download.waiting() == Pump.Waiting.SINK) {
                    yield request.idleTimeout();
                }
                yield eventStream ? request.streamIdleTimeout() : settings.responseTimeout();
            }
            case TUNNELING -> request.streamIdleTimeout();
            case ENDED -> Duration.ofDays(1);
        };
    }

    private boolean clientOwesBody() {
        return !uploadDone && spooled == null && upload != null && upload.waiting() == Pump.Waiting.SOURCE;
    }

    private void expire(String reason) {
        switch (phase) {
            case SPOOLING ->
                fail(
                        clientOwesBody()
                                ? new Failure(Kind.BODY_STALLED, "the request's body stalled")
                                : new Failure(Kind.BUSY, "the temporary directory is too slow for a request's body"));
            case CONNECTING -> fail(new Failure(Kind.BUSY, "no connection to the app became free in time"));
            case AWAITING_ANSWER ->
                fail(
                        clientOwesBody()
                                ? new Failure(Kind.BODY_STALLED, "the request's body stalled")
                                : new Failure(Kind.SILENT, "the app did not answer in time"));
            case ANSWERING -> cut(reason);
            case TUNNELING -> closeTunnel();
            case ENDED -> {}
        }
    }
}
