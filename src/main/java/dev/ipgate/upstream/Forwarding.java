package dev.ipgate.upstream;

import dev.ipgate.config.UpstreamSettings;
import dev.ipgate.upstream.Failure.Kind;
import io.undertow.client.ClientCallback;
import io.undertow.client.ClientConnection;
import io.undertow.client.ClientExchange;
import io.undertow.client.ClientResponse;
import io.undertow.io.IoCallback;
import io.undertow.io.Sender;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.RequestTooBigException;
import io.undertow.server.protocol.http.HttpContinue;
import io.undertow.util.Headers;
import io.undertow.util.Methods;
import io.undertow.util.StatusCodes;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.channels.StreamSourceChannel;

/** One request on its way to the app and its answer on the way back. Lives on the exchange's IO thread. */
final class Forwarding {

    private static final Logger LOG = LoggerFactory.getLogger(Upstream.class);
    private static final long ADMISSION_NANOS =
            Duration.ofSeconds(2).toNanos(); // between two looks at a stream's right

    private enum Phase {
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
    private @Nullable ClientConnection connection;
    private boolean reused;
    private boolean retried;
    private @Nullable Pump upload;
    private boolean uploadDone;
    private @Nullable Pump download;
    private boolean eventStream;
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
        lane.acquire(this, false);
    }

    /** The lane has a connection for us. */
    void connected(ClientConnection given, boolean wasReused) {
        connection = given;
        reused = wasReused;
        phase = Phase.AWAITING_ANSWER;
        progressAt = System.nanoTime();
        given.sendRequest(RequestHead.build(exchange, request, settings), new ClientCallback<>() {
            @Override
            public void completed(ClientExchange sent) {
                sent.setResponseListener(new ClientCallback<>() {
                    @Override
                    public void completed(ClientExchange answered) {
                        answer(answered);
                    }

                    @Override
                    public void failed(IOException e) {
                        dropped(e);
                    }
                });
                sendBody(sent);
            }

            @Override
            public void failed(IOException e) {
                dropped(e);
            }
        });
    }

    private void sendBody(ClientExchange sent) {
        if (exchange.isRequestComplete()) {
            uploadDone = true;
            return;
        }
        if (HttpContinue.requiresContinueResponse(exchange)) {
            sent.setContinueHandler(ignored -> HttpContinue.sendContinueResponse(exchange, IGNORE));
        }
        if (request.bodyLimit() >= 0) {
            exchange.setMaxEntitySize(request.bodyLimit());
        }
        StreamSourceChannel body = exchange.getRequestChannel();
        upload = new Pump(body, sent.getRequestChannel(), lane.upstream().buffers(), lane.thread(), new Pump.End() {
            @Override
            public void done() {
                uploadDone = true;
                progressAt = System.nanoTime();
            }

            @Override
            public void sourceFailed(IOException e) {
                if (e instanceof RequestTooBigException) {
                    fail(new Failure(
                            Kind.BODY_TOO_LARGE,
                            "the body exceeds " + request.bodyLimit() + " bytes",
                            request.bodyLimit() + " bytes"));
                } else {
                    fail(new Failure(Kind.BAD_BODY, "the request's body is malformed or was cut off"));
                }
            }

            @Override
            public void sinkFailed(IOException e) {
                dropped(e);
            }
        });
        upload.start();
    }

    /** The app's head has arrived. */
    private void answer(ClientExchange answered) {
        if (phase != Phase.AWAITING_ANSWER) {
            return;
        }
        ClientResponse response = answered.getResponse();
        String wrong = ResponseHead.whatIsWrong(response);
        if (wrong != null) {
            fail(new Failure(Kind.BROKEN, "the app's answer is unusable: " + wrong));
            return;
        }
        if (response.getResponseCode() == StatusCodes.SWITCHING_PROTOCOLS) {
            upgrade(answered, response);
            return;
        }
        phase = Phase.ANSWERING;
        progressAt = System.nanoTime();
        String type = response.getResponseHeaders().getFirst(Headers.CONTENT_TYPE);
        eventStream = type != null && type.regionMatches(true, 0, "text/event-stream", 0, 17);
        ResponseHead.copy(response, exchange);
        if (!uploadDone) { // the app answered early; nobody reads the rest of the body
            exchange.setPersistent(false);
        }
        boolean headOnly = ResponseHead.hasNoBody(exchange, response);
        if (headOnly
                && response.getResponseHeaders().contains(Headers.CONTENT_LENGTH)
                && !exchange.getRequestMethod().equals(Methods.HEAD)) {
            discardConnection(); // Undertow's client would wait for the body that the length announces
            end();
            exchange.endExchange();
            return;
        }
        download = new Pump(
                answered.getResponseChannel(),
                exchange.getResponseChannel(),
                lane.upstream().buffers(),
                lane.thread(),
                new Pump.End() {
                    @Override
                    public void done() {
                        answered();
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

    private void answered() {
        ClientConnection used = connection;
        connection = null;
        if (used != null && uploadDone) {
            lane.release(used);
        } else if (used != null) {
            lane.discard(used);
        }
        boolean pending = !uploadDone;
        end();
        if (pending) {
            stopPumps();
            failures.bodyPending(exchange);
        } else {
            exchange.endExchange();
        }
    }

    private void upgrade(ClientExchange answered, ClientResponse response) {
        if (!RequestHead.isWebSocket(exchange)) {
            fail(new Failure(Kind.BROKEN, "the app switched protocols without being asked"));
            return;
        }
        ResponseHead.copy(response, exchange);
        exchange.getResponseHeaders().put(Headers.UPGRADE, "websocket");
        StreamConnection app;
        try {
            app = answered.getConnection().performUpgrade();
        } catch (IOException e) {
            dropped(e);
            return;
        }
        phase = Phase.TUNNELING;
        exchange.upgradeChannel((client, upgraded) -> {
            tunnel = new Tunnel(client, app, lane.upstream().buffers(), lane.thread(), this::tunnelEnded);
            tunnel.start();
        });
        exchange.endExchange();
    }

    private void tunnelEnded() {
        discardConnection();
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

    /** The connection to the app failed. */
    private void dropped(IOException e) {
        if (phase == Phase.ENDED || phase == Phase.TUNNELING) {
            return;
        }
        if (phase == Phase.ANSWERING) {
            cut("the app broke off its answer");
            return;
        }
        discardConnection();
        if (reused && !retried && uploadDone && isIdempotent() && upload == null) {
            retried = true; // the app closed the idle connection just as we took it
            phase = Phase.CONNECTING;
            lane.acquire(this, true);
            return;
        }
        LOG.debug("app connection failed", e);
        fail(new Failure(Kind.BROKEN, "the app dropped the connection before it answered"));
    }

    private boolean isIdempotent() {
        return exchange.getRequestMethod().equals(Methods.GET)
                || exchange.getRequestMethod().equals(Methods.HEAD)
                || exchange.getRequestMethod().equals(Methods.OPTIONS);
    }

    /** Nothing was sent to the client yet; the gate answers. */
    void failed(Failure failure) {
        fail(failure);
    }

    private void fail(Failure failure) {
        if (phase == Phase.ENDED) {
            return;
        }
        if (phase == Phase.ANSWERING) {
            cut(failure.detail());
            return;
        }
        stopPumps();
        discardConnection();
        end();
        failures.answer(exchange, failure);
    }

    private void cut(String reason) {
        stopPumps();
        discardConnection();
        end();
        IoUtils.safeClose(exchange.getConnection());
        failures.cut(exchange, reason);
    }

    private void end() {
        phase = Phase.ENDED;
        lane.leave(this);
    }

    private void stopPumps() {
        if (upload != null) {
            upload.stop();
        }
        if (download != null) {
            download.stop();
        }
    }

    private void discardConnection() {
        if (connection != null) {
            ClientConnection used = connection;
            connection = null;
            lane.discard(used);
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
        if ((phase == Phase.ANSWERING || phase == Phase.TUNNELING) && now - admissionAt > ADMISSION_NANOS) {
            admissionAt = now;
            if (!request.admitted().getAsBoolean()) {
                expire("the client's address is denied now");
                return;
            }
        }
        long still = now - progressAt;
        if (still > limit().toNanos()) {
            expire(phase == Phase.TUNNELING ? "idle" : "no progress for " + limit().toSeconds() + " s");
        }
    }

    /** How long nothing may move, given whose turn it is. */
    private Duration limit() {
        return switch (phase) {
            case CONNECTING -> settings.connectTimeout();
            case AWAITING_ANSWER -> clientOwesBody() ? request.idleTimeout() : settings.responseTimeout();
            case ANSWERING ->
                download != null && download.waiting() == Pump.Waiting.SINK
                        ? request.idleTimeout()
                        : eventStream ? request.streamIdleTimeout() : settings.responseTimeout();
            case TUNNELING -> request.streamIdleTimeout();
            case ENDED -> Duration.ofDays(1);
        };
    }

    private boolean clientOwesBody() {
        return !uploadDone && upload != null && upload.waiting() == Pump.Waiting.SOURCE;
    }

    private void expire(String reason) {
        switch (phase) {
            case CONNECTING -> {
                boolean queued = lane.withdraw(this);
                fail(
                        queued
                                ? new Failure(Kind.BUSY, "no connection to the app became free in time")
                                : new Failure(
                                        Kind.UNREACHABLE,
                                        settings.authority() + " does not accept connections",
                                        settings.authority()));
            }
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

    private static final IoCallback IGNORE = new IoCallback() {
        @Override
        public void onComplete(HttpServerExchange exchange, Sender sender) {}

        @Override
        public void onException(HttpServerExchange exchange, Sender sender, IOException e) {
            IoUtils.safeClose(exchange.getConnection());
        }
    };
}
