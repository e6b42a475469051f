package dev.ipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** A connection that loops have accepted, and its other end. */
final class Pair implements AutoCloseable {

    static final InetSocketAddress LOOPBACK = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final int PATIENCE_MILLIS = 20_000;

    final StreamConnection ours;
    final Socket peer;

    private Pair(StreamConnection ours, Socket peer) {
        this.ours = ours;
        this.peer = peer;
    }

    static Pair connect(EventLoops loops, OptionMap options) throws Exception {
        BlockingQueue<StreamConnection> accepted = new LinkedBlockingQueue<>();
        AcceptingChannel<StreamConnection> acceptor = loops.createStreamConnectionServer(
                LOOPBACK,
                channel -> {
                    try {
                        StreamConnection connection = channel.accept();
                        if (connection != null) {
                            accepted.add(connection);
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                },
                options);
        try {
            acceptor.resumeAccepts();
            Socket peer = new Socket();
            peer.setSoTimeout(PATIENCE_MILLIS);
            peer.connect(acceptor.getLocalAddress(InetSocketAddress.class));
            StreamConnection ours = accepted.poll(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
            assertThat(ours).isNotNull();
            return new Pair(ours, peer);
        } finally {
            IoUtils.safeClose(acceptor);
        }
    }

    static Pair connect(EventLoops loops) throws Exception {
        return connect(loops, OptionMap.create(Options.TCP_NODELAY, true));
    }

    /** What the loop's thread makes of it. */
    <T> T onLoop(Callable<T> action) throws Exception {
        CompletableFuture<T> result = new CompletableFuture<>();
        ours.getIoThread().execute(() -> {
            try {
                result.complete(action.call());
            } catch (Throwable e) {
                result.completeExceptionally(e);
            }
        });
        return result.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Lets the loop select a few times. */
    void turns() throws Exception {
        for (int i = 0; i < 3; i++) {
            onLoop(() -> null);
        }
    }

    @Override
    public void close() throws IOException {
        peer.close();
        IoUtils.safeClose(ours);
    }
}
