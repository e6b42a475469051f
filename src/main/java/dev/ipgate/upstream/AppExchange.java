package dev.ipgate.upstream;

import dev.ipgate.http.BodySource;
import dev.ipgate.http.ClientSide;
import dev.ipgate.http.Http1Connection;
import dev.ipgate.http.MalformedMessageException;
import dev.ipgate.upstream.Failure.Kind;
import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.Headers;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;

/**
 * One request and its answer on one connection to the app: the upload, the heads of the answer, then its body or the
 * upgraded connection. Both bodies may be under way at the same time.
 */
final class AppExchange implements Runnable, Pump.End {

    private static final int MOST_INTERIM_ANSWERS = 32;

    private final Lane lane;
    private final Forwarding forwarding;
    private final HttpServerExchange exchange;
    private final AppRequest request;
    private final @Nullable Intake intake;
    private final AppConnection connection;
    private final Upload upload;
    private @Nullable AnswerReader reader; // until the answer has begun
    private int interimAnswers;
    private @Nullable AppBody body;
    private @Nullable Pump download;
    private boolean eventStream;
    private boolean keepsAlive;
    private boolean upgraded;
    private @Nullable PooledByteBuffer earlyBytes; // that the app sent right behind its agreement
    private @Nullable Tunnel tunnel;

    /** @param intake where the request's body is, or null if it comes from the client */
    AppExchange(
            Lane lane,
            Forwarding forwarding,
            HttpServerExchange exchange,
            AppRequest request,
            @Nullable Intake intake,
            AppConnection connection) {
        this.lane = lane;
        this.forwarding = forwarding;
        this.exchange = exchange;
        this.request = request;
        this.intake = intake;
        this.connection = connection;
        upload = new Upload(lane, forwarding, this, exchange, request, intake);
        reader = new AnswerReader(
                connection, lane.heads(), lane.upstream().buffers().usual());
    }

    void start() {
        connection.onReadable(this);
        upload.start(connection);
    }

    /** Something has arrived from the app that owes an answer. */
    @Override
    public void run() {
        AnswerReader current = reader;
        if (current == null) {
            return;
        }
        try {
            AnswerHead head;
            while (reader != null && (head = current.read()) != null) {
                if (head.status() >= 200) {
                    answer(head, current.rest());
                    return;
                }
                if (head.status() == 101) {
                    upgrade(head, current.rest());
                    return;
                }
                interim(head);
            }
        } catch (MalformedMessageException e) {
            forwarding.fail(new Failure(Kind.BROKEN, "the app's answer is unusable: " + e.getMessage()));
        } catch (IOException e) {
            dropped();
        }
    }

    /** The connection failed before the head of the answer was complete. */
    void dropped() {
        if (reader != null && reader.hasBegun()) {
            forwarding.fail(new Failure(Kind.BROKEN, "the app broke off the head of its answer"));
        } else {
            forwarding.unanswered(upload.isRepeatable());
        }
    }

    /** 100, 103 and their like are not the answer (RFC 9110 section 15.2). */
    private void interim(AnswerHead head) throws MalformedMessageException {
        if (++interimAnswers > MOST_INTERIM_ANSWERS) {
            throw new MalformedMessageException("it is announced again and again");
        }
        boolean continues = InterimAnswer.isAwaited(exchange) && !upload.isDone();
        boolean asked = head.status() == 103 || (head.status() == 100 && continues);
        if (asked && !exchange.isHttp10() && !InterimAnswer.relay(head, exchange)) {
            forwarding.clientGone();
        }
    }

    private void answer(AnswerHead head, @Nullable PooledByteBuffer rest) throws MalformedMessageException {
        AnswerFraming framing;
        try {
            framing = AnswerFraming.of(head, exchange.getRequestMethod());
        } catch (MalformedMessageException e) {
            if (rest != null) {
                rest.close();
            }
            throw e;
        }
        reader = null;
        forwarding.begun(false);
        forgetBody();
        String type = head.first(Headers.CONTENT_TYPE);
        eventStream = type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
        keepsAlive = AnswerFraming.keepsAlive(head);
        copy(head, framing);
        boolean early = !exchange.isRequestComplete(); // nobody reads the rest of the body
        if (early || request.last().getAsBoolean()) {
            exchange.setPersistent(false);
        }
        body = new AppBody(
                connection,
                framing,
                rest,
                trailers -> exchange.putAttachment(HttpAttachments.RESPONSE_TRAILERS, trailers));
        download = new Pump(body, ClientSide.answer(exchange), lane.upstream().buffers(), lane.thread(), this);
        download.start(body.takeFirst());
    }

    private void copy(AnswerHead head, AnswerFraming framing) {
        ResponseHead.copy(
                head,
                framing,
                exchange,
                lane.upstream().settings(),
                connection.replica().url());
    }

    /** The body is not needed any more once the app has it and has begun to answer: the request is not sent again. */
    void forgetBody() {
        if (intake != null && reader == null && upload.isDone()) {
            intake.close();
        }
    }

    /** The answer has reached the client. */
    @Override
    public void done() {
        if (upgraded) {
            return; // it goes on as a tunnel
        }
        boolean clean = body != null && body.endedCleanly();
        forwarding.answered(clean && upload.isDone() && keepsAlive && connection.isReadUp());
    }

    @Override
    public void sourceFailed(IOException e) {
        forwarding.cut("the app broke off its answer");
    }

    @Override
    public void sinkFailed(IOException e) {
        forwarding.clientGone();
    }

    private void upgrade(AnswerHead head, @Nullable PooledByteBuffer early) {
        if (!RequestHead.isWebSocket(exchange)) {
            if (early != null) {
                early.close();
            }
            forwarding.fail(new Failure(Kind.BROKEN, "the app switched protocols without being asked"));
            return;
        }
        reader = null;
        upgraded = true;
        forwarding.begun(true);
        copy(head, new AnswerFraming(AnswerFraming.Kind.NONE, 0));
        exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket");
        earlyBytes = early;
        ((Http1Connection) exchange.getConnection()).upgradeTo(this::join);
        download = new Pump(
                BodySource.EMPTY, ClientSide.answer(exchange), lane.upstream().buffers(), lane.thread(), this);
        download.start();
    }

    /** The client has been told; from here on, both sides may say what they like. */
    private void join(StreamConnection client) {
        PooledByteBuffer early = earlyBytes;
        earlyBytes = null;
        tunnel = new Tunnel(
                client, connection.connection(), lane.upstream().buffers(), lane.thread(), forwarding::tunnelEnded);
        tunnel.start(early);
    }

    void closeTunnel() {
        if (tunnel != null) {
            tunnel.close();
        } else {
            IoUtils.safeClose(exchange.getConnection());
            forwarding.tunnelEnded();
        }
    }

    /** Judges whether nothing has moved for too long, given whose turn it is. */
    void still(long nanos) {
        Duration limit = limit();
        if (nanos > limit.toNanos()) {
            expire("no progress for " + limit.toSeconds() + " s");
        }
    }

    private Duration limit() {
        if (upgraded) {
            return request.streamIdleTimeout();
        }
        boolean clientsTurn = download == null ? upload.waitsForClient() : download.waiting() == Pump.Waiting.SINK;
        if (clientsTurn) {
            return request.idleTimeout();
        }
        return eventStream
                ? request.streamIdleTimeout()
                : lane.upstream().settings().responseTimeout();
    }

    /** Ends it before it is complete. */
    void expire(String reason) {
        if (upgraded) {
            closeTunnel();
        } else if (download != null) {
            forwarding.cut(reason);
        } else if (upload.waitsForClient()) {
            forwarding.fail(new Failure(Kind.BODY_STALLED, "the request's body stalled"));
        } else {
            forwarding.fail(new Failure(Kind.SILENT, "the app did not answer in time"));
        }
    }

    /** Bytes moved so far, both ways. */
    long moved() {
        return upload.moved() + (download == null ? 0 : download.moved()) + (tunnel == null ? 0 : tunnel.moved());
    }

    /** Stops without ending: nobody is told anything. The connection is the assignment's. */
    void stop() {
        if (reader != null) {
            reader.close();
            reader = null;
        }
        upload.stop();
        if (download != null) {
            download.stop();
        }
        if (body != null) {
            body.abandon();
        }
        if (earlyBytes != null) {
            earlyBytes.close();
            earlyBytes = null;
        }
    }
}
