package dev.ipgate.eventloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.IoFuture;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;

/** Connections that are opened from here. */
@Timeout(60)
class ConnectingTest {

    private static final OptionMap OPTIONS = OptionMap.create(Options.TCP_NODELAY, true, Options.KEEP_ALIVE, true);

    private EventLoops loops;
    private EventLoop loop;
    private ServerSocket server;

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.start("test", 1, 1);
        loop = loops.getIoThread(0);
        server = new ServerSocket();
        server.bind(Pair.LOOPBACK);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private InetSocketAddress address() {
        return (InetSocketAddress) server.getLocalSocketAddress();
    }

    private IoFuture<StreamConnection> open(boolean fromLoop) throws Exception {
        if (!fromLoop) {
            return loop.openStreamConnection(address(), null, OPTIONS);
        }
        CompletableFuture<IoFuture<StreamConnection>> opening = new CompletableFuture<>();
        loop.execute(() -> opening.complete(loop.openStreamConnection(address(), null, OPTIONS)));
        return opening.get();
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void itSpeaksBothWays(boolean fromLoop) throws Exception {
        StreamConnection connection = open(fromLoop).get();
        try (Socket peer = server.accept()) {
            connection.getSinkChannel().write(ByteBuffer.wrap("hello".getBytes(US_ASCII)));
            assertThat(peer.getInputStream().readNBytes(5)).asString(US_ASCII).isEqualTo("hello");
            CompletableFuture<Integer> read = new CompletableFuture<>();
            connection.getSourceChannel().setReadListener(source -> {
                try {
                    read.complete(source.read(ByteBuffer.allocate(10)));
                } catch (IOException e) {
                    read.completeExceptionally(e);
                }
            });
            connection.getSourceChannel().resumeReads();
            peer.getOutputStream().write(new byte[3]);
            assertThat(read.get()).isEqualTo(3);

            assertThat(connection.getIoThread()).isSameAs(loop);
            assertThat(connection.getPeerAddress()).isEqualTo(address());
            assertThat(connection.getLocalAddress()).isEqualTo(peer.getRemoteSocketAddress());
            assertThat(connection.getOption(Options.KEEP_ALIVE)).isTrue();
            assertThat(loop.clients()).as("it is no client").isZero();
            IoUtils.safeClose(connection);
            assertThat(peer.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void theFutureAndTheListenerAreToldOnTheLoop() throws Exception {
        CompletableFuture<Thread> notified = new CompletableFuture<>();
        CompletableFuture<Thread> opened = new CompletableFuture<>();
        loop.execute(() -> loop.openStreamConnection(
                        address(), connection -> opened.complete(Thread.currentThread()), OPTIONS)
                .addNotifier((future, ignored) -> notified.complete(Thread.currentThread()), null));

        assertThat(notified.get()).isSameAs(loop);
        assertThat(opened.get()).isSameAs(loop);
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void aRefusalFailsTheFuture(boolean fromLoop) throws Exception {
        InetSocketAddress nobody = address();
        server.close();
        CompletableFuture<IoFuture<StreamConnection>> opening = new CompletableFuture<>();
        Runnable open = () -> opening.complete(loop.openStreamConnection(nobody, null, OPTIONS));
        if (fromLoop) {
            loop.execute(open);
        } else {
            open.run();
        }

        assertThat(opening.get().await()).isEqualTo(IoFuture.Status.FAILED);
        assertThat(opening.get().getException()).isInstanceOf(ConnectException.class);
    }

    /** Fills the queue of a socket that accepts nothing, so that further connections wait. */
    private static List<Socket> fill(ServerSocket full) throws IOException {
        List<Socket> waiting = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            Socket socket = new Socket();
            waiting.add(socket);
            try {
                socket.connect(full.getLocalSocketAddress(), 200);
            } catch (IOException e) {
                return waiting;
            }
        }
        return waiting;
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void oneThatWaitsCanBeCancelled(boolean fromLoop) throws Exception {
        try (ServerSocket full = new ServerSocket(1, 1, address().getAddress())) {
            List<Socket> waiting = fill(full);
            IoFuture<StreamConnection> opening = loop.openStreamConnection(full.getLocalSocketAddress(), null, OPTIONS);
            assertThat(opening.await(20, TimeUnit.MILLISECONDS)).isEqualTo(IoFuture.Status.WAITING);
            if (fromLoop) {
                loop.execute(opening::cancel);
            } else {
                opening.cancel();
            }

            assertThat(opening.await()).isEqualTo(IoFuture.Status.CANCELLED);
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void oneThatWaitsIsCancelledWhenTheLoopEnds() throws Exception {
        try (ServerSocket full = new ServerSocket(1, 1, address().getAddress())) {
            List<Socket> waiting = fill(full);
            IoFuture<StreamConnection> opening = loop.openStreamConnection(full.getLocalSocketAddress(), null, OPTIONS);
            loops.shutdown();

            assertThat(opening.await()).isEqualTo(IoFuture.Status.CANCELLED);
            for (Socket socket : waiting) {
                socket.close();
            }
        }
    }

    @Test
    void whatIsCancelledTooLateIsOpen() throws Exception {
        IoFuture<StreamConnection> opening = open(true);
        assertThat(opening.await()).isEqualTo(IoFuture.Status.DONE);
        opening.cancel();

        assertThat(opening.get().isOpen()).isTrue();
    }

    @Test
    void afterTheShutdownNoneIsOpened() throws Exception {
        loops.shutdown();
        Eventually.holds("it has ended", loops::isTerminated);

        assertThat(loop.openStreamConnection(address(), null, OPTIONS).getStatus())
                .isEqualTo(IoFuture.Status.FAILED);
    }
}
