package dev.ipgate.upstream;

import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.XnioIoThread;

/** Two connections joined after an upgrade: bytes go both ways until both ends have said all, or one fails. */
final class Tunnel {

    private final StreamConnection client;
    private final StreamConnection app;
    private final Pump toApp;
    private final Pump toClient;
    private final Runnable ended;
    private int open = 2;

    Tunnel(StreamConnection client, StreamConnection app, ByteBufferPool buffers, XnioIoThread thread, Runnable ended) {
        this.client = client;
        this.app = app;
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
        toApp = new Pump(client.getSourceChannel(), app.getSinkChannel(), buffers, thread, end);
        toClient = new Pump(app.getSourceChannel(), client.getSinkChannel(), buffers, thread, end);
    }

    void start() {
        toApp.start();
        toClient.start();
    }

    long moved() {
        return toApp.moved() + toClient.moved();
    }

    void close() {
        toApp.stop();
        toClient.stop();
        IoUtils.safeClose(client, app);
        ended.run();
    }
}
