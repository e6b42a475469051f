package dev.ipgate.server;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.AbstractServerConnection;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.xnio.ChannelListener;
import org.xnio.IoUtils;
import org.xnio.StreamConnection;
import org.xnio.conduits.ConduitStreamSourceChannel;

/**
 * Closes a connection on which the client is still sending. Closing at once would make the kernel send a reset, and the
 * client might never read the answer; so we say that we are done, and throw away what arrives for a while (RFC 9112
 * section 9.6, nginx {@code lingering_close}).
 */
final class Lingering implements ChannelListener<ConduitStreamSourceChannel> {

    private static final int SECONDS = 5;

    private final AbstractServerConnection connection;

    private Lingering(AbstractServerConnection connection) {
        this.connection = connection;
    }

    /** Closes the connection, whose answer has been written. Called on its IO thread. */
    static void close(AbstractServerConnection connection) {
        StreamConnection channel = connection.getChannel();
        try {
            connection.getOriginalSinkConduit().terminateWrites();
            connection.getOriginalSinkConduit().flush();
            channel.getIoThread().executeAfter(() -> IoUtils.safeClose(connection), SECONDS, TimeUnit.SECONDS);
        } catch (IOException | RejectedExecutionException e) { // the latter while the gate stops
            IoUtils.safeClose(connection);
            return;
        }
        ConduitStreamSourceChannel source = channel.getSourceChannel();
        source.setConduit(connection.getOriginalSourceConduit());
        source.setReadListener(new Lingering(connection));
        source.wakeupReads();
    }

    @Override
    public void handleEvent(ConduitStreamSourceChannel source) {
        try (PooledByteBuffer pooled = connection.getByteBufferPool().allocate()) {
            ByteBuffer waste = pooled.getBuffer();
            for (int turn = 0; turn < 16; turn++) { // then the IO thread's other connections have theirs
                waste.clear();
                int read = source.read(waste);
                if (read < 0) {
                    IoUtils.safeClose(connection);
                    return;
                }
                if (read == 0) {
                    return;
                }
            }
        } catch (IOException e) {
            IoUtils.safeClose(connection);
        }
    }
}
