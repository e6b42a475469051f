package dev.ipgate.upstream;

import dev.ipgate.http.ChannelSink;
import dev.ipgate.http.ChannelSource;
import dev.ipgate.http.PieceBuffers;
import io.undertow.connector.PooledByteBuffer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** Two connections joined after an upgrade: bytes go both ways until both ends have said all, or one fails. */
final class Tunnel {

    private final StreamConnection client;
    private final Pump toApp;
    private final Pump toClient;
    private final Runnable ended;
    private int open = 2;

    Tunnel(StreamConnection client, StreamConnection app, PieceBuffers buffers, XnioIoThread thread, Runnable ended) {
        this.client = client;
        this.ended = ended;
        Pump.End end = new Pump.End() {
            @Override
            public void done() {
                if (--open == 0) {
                    close();
                }
            }

            @Override
            public void sourceFailed(IOException e) {
                close();
            }

            @Override
            public void sinkFailed(IOException e) {
                close();
            }
        };
        toApp = new Pump(
                new ChannelSource(client.getSourceChannel()),
                new ChannelSink(app.getSinkChannel()),
                buffers,
                thread,
                end);
        toClient = new Pump(
                new ChannelSource(app.getSourceChannel()),
                new ChannelSink(client.getSinkChannel()),
                buffers,
                thread,
                end);
    }

    /**
     * Joins the connections.
     *
     * @param early what the app sent right behind its answer; freed here
     */
    void start(@Nullable PooledByteBuffer early) {
        toApp.start();
        toClient.start(early);
    }

    long moved() {
        return toApp.moved() + toClient.moved();
    }

    /** Closes the client's side and reports the end; the app's side belongs to the lane. */
    void close() {
        toApp.stop();
        toClient.stop();
        IoUtils.safeClose(client);
        ended.run();
    }
}
