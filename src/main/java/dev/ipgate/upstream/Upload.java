package dev.ipgate.upstream;

import dev.ipgate.http.BodySource;
import dev.ipgate.http.HeadBytes;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import io.undertow.util.Methods;
import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A request on its way to the app over one connection: its head, then its body, from the client or from the spool. */
final class Upload implements Pump.End, Supplier<@Nullable HeaderMap> {

    private final Lane lane;
    private final Forwarding forwarding;
    private final AppExchange appExchange;
    private final HttpServerExchange exchange;
    private final AppRequest request;
    private final @Nullable Intake intake;
    private final boolean streams; // a body that comes from the client, once
    private @Nullable Pump pump;
    private boolean done;

    /** @param intake where the body is, or null if it comes from the client */
    Upload(
            Lane lane,
            Forwarding forwarding,
            AppExchange appExchange,
            HttpServerExchange exchange,
            AppRequest request,
            @Nullable Intake intake) {
        this.lane = lane;
        this.forwarding = forwarding;
        this.appExchange = appExchange;
        this.exchange = exchange;
        this.request = request;
        this.intake = intake;
        streams = intake == null && !exchange.isRequestComplete();
    }

    void start(AppConnection to) {
        HeadBytes head = lane.headBytes();
        RequestHead.write(
                head,
                exchange,
                request,
                lane.upstream().settings(),
                to.replica().url());
        AppSink sink = new AppSink(to.sink(), head.buffer(), RequestHead.isChunked(exchange), this);
        if (intake != null) {
            pump(intake.body(), sink);
        } else if (streams) {
            pump(forwarding.clientBody(), sink);
        } else {
            sendHeadAlone(sink);
        }
    }

    private void sendHeadAlone(AppSink sink) {
        try {
            done = sink.finish();
        } catch (IOException e) {
            appExchange.dropped();
            return;
        }
        if (!done) {
            pump(BodySource.EMPTY, sink);
        }
    }

    private void pump(BodySource from, AppSink to) {
        pump = new Pump(from, to, lane.upstream().buffers(), lane.thread(), this);
        pump.start();
    }

    /** The trailers. */
    @Override
    public @Nullable HeaderMap get() {
        return RequestHead.trailers(exchange, request);
    }

    @Override
    public void done() {
        done = true;
        forwarding.sent();
        appExchange.forgetBody();
    }

    @Override
    public void sourceFailed(IOException e) {
        if (intake != null) {
            intake.failed(e);
        } else {
            forwarding.bodyFailed(e);
        }
    }

    @Override
    public void sinkFailed(IOException e) {
        // the app takes no more, but may have answered before it closed: reading will tell
        appExchange.run();
    }

    /** Whether the app has the whole request. */
    boolean isDone() {
        return done;
    }

    /** Whether the request can be sent again without harm, and without a body that is gone. */
    boolean isRepeatable() {
        HttpString method = exchange.getRequestMethod();
        boolean idempotent =
                method.equals(Methods.GET) || method.equals(Methods.HEAD) || method.equals(Methods.OPTIONS);
        boolean idempotentWithBody = method.equals(Methods.PUT) || method.equals(Methods.DELETE);
        return !streams && (idempotent || (intake != null && idempotentWithBody));
    }

    /** Whether the app waits for the rest of a body that the client has not sent. */
    boolean waitsForClient() {
        return !done && intake == null && pump != null && pump.waiting() == Pump.Waiting.SOURCE;
    }

    /** Bytes of the body sent so far. */
    long moved() {
        return pump == null ? 0 : pump.moved();
    }

    /** Stops without ending: nobody is told anything. */
    void stop() {
        if (pump != null) {
            pump.stop();
        }
    }
}
