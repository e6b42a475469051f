package dev.ipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Eventually;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.StreamConnection;
import org.xnio.channels.AcceptingChannel;

/** Listening sockets that two loops share. */
@Timeout(60)
class AcceptorTest {

    private EventLoops loops;
    private final Queue<StreamConnection> accepted = new ConcurrentLinkedQueue<>();
    private final List<Socket> clients = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.start("test", 2, 1);
    }

    @AfterEach
    void stop() throws Exception {
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        for (Socket client : clients) {
            client.close();
        }
    }

    private AcceptingChannel<StreamConnection> listen(InetSocketAddress address) throws IOException {
        return loops.createStreamConnectionServer(
                address, this::accept, OptionMap.create(Options.BACKLOG, 511, Options.TCP_NODELAY, true));
    }

    private AcceptingChannel<StreamConnection> listen() throws IOException {
        AcceptingChannel<StreamConnection> acceptor = listen(Pair.LOOPBACK);
        acceptor.resumeAccepts();
        return acceptor;
    }

    private void accept(AcceptingChannel<StreamConnection> acceptor) {
        try {
            StreamConnection connection;
            while ((connection = acceptor.accept()) != null) {
                assertThat(connection.getIoThread()).isSameAs(Thread.currentThread());
                accepted.add(connection);
            }
        } catch (ClosedChannelException e) {
            // a test closes it under load
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Socket connectTo(AcceptingChannel<StreamConnection> acceptor) throws IOException {
        Socket client = new Socket();
        client.setSoTimeout(20_000);
        client.connect(acceptor.getLocalAddress(InetSocketAddress.class));
        clients.add(client);
        return client;
    }

    @Test
    void itListensWhenItIsBoundAndAcceptsWhenItIsResumed() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen(Pair.LOOPBACK);
        assertThat(acceptor.isAcceptResumed()).isFalse();
        connectTo(acceptor);
        for (int i = 0; i < 2; i++) {
            CountDownLatch turn = new CountDownLatch(1);
            loops.getIoThread(i).execute(turn::countDown);
            turn.await();
        }
        assertThat(accepted).isEmpty();
        acceptor.resumeAccepts();

        Eventually.holds("it is accepted", () -> accepted.size() == 1);
        assertThat(acceptor.isAcceptResumed()).isTrue();
    }

    @Test
    void suspendedItAcceptsNothingUntilItIsResumed() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        connectTo(acceptor);
        Eventually.holds("it is accepted", () -> accepted.size() == 1);
        acceptor.suspendAccepts();
        for (int i = 0; i < 2; i++) {
            CountDownLatch turn = new CountDownLatch(1);
            loops.getIoThread(i).execute(turn::countDown);
            turn.await();
        }
        connectTo(acceptor);
        Eventually.holds("the loops wait", this::areAsleep);
        assertThat(accepted).hasSize(1);
        acceptor.resumeAccepts();

        Eventually.holds("it is accepted", () -> accepted.size() == 2);
    }

    private boolean areAsleep() throws InterruptedException {
        long before = turns();
        Thread.sleep(50);
        return turns() == before;
    }

    private long turns() {
        return loops.all().stream().mapToLong(EventLoop::turns).sum();
    }

    @Test
    void aPortThatIsTakenCannotBeBound() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();

        assertThatThrownBy(() -> listen(acceptor.getLocalAddress(InetSocketAddress.class)))
                .isInstanceOf(BindException.class);
        EventLoops others = EventLoops.start("others", 1, 1);
        try {
            assertThatThrownBy(() -> others.createStreamConnectionServer(
                            acceptor.getLocalAddress(InetSocketAddress.class), null, OptionMap.EMPTY))
                    .isInstanceOf(BindException.class);
        } finally {
            others.shutdown();
            others.awaitTermination();
        }
    }

    @Test
    void thePortIsFreeWhenTheCloseComesBack() throws Exception {
        for (int i = 0; i < 20; i++) {
            AcceptingChannel<StreamConnection> acceptor = listen();
            InetSocketAddress address = acceptor.getLocalAddress(InetSocketAddress.class);
            connectTo(acceptor);
            acceptor.close();

            assertThat(acceptor.isOpen()).isFalse();
            assertThatThrownBy(() -> connectTo(acceptor)).isInstanceOf(ConnectException.class);
            assertThatCode(() -> listen(address).close()).doesNotThrowAnyException();
        }
    }

    @Test
    void whoClosesItOnALoopDoesNotWaitForTheOther() throws Exception {
        AcceptingChannel<StreamConnection> one = listen();
        AcceptingChannel<StreamConnection> other = listen();
        CountDownLatch both = new CountDownLatch(2);
        one.getCloseSetter().set(channel -> both.countDown());
        other.getCloseSetter().set(channel -> both.countDown());
        loops.getIoThread(0).execute(() -> IoUtils.safeClose(one));
        loops.getIoThread(1).execute(() -> IoUtils.safeClose(other));
        both.await();

        Eventually.holds("both ports are free", () -> isRefused(one) && isRefused(other));
    }

    private static boolean isRefused(AcceptingChannel<StreamConnection> acceptor) throws IOException {
        try (Socket socket = new Socket()) {
            socket.connect(acceptor.getLocalAddress(InetSocketAddress.class));
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    @Test
    void onlyLoopsAcceptAndEachInItsTurn() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        connectTo(acceptor);

        assertThat(acceptor.accept()).isNull();
        Eventually.holds("it is accepted", () -> accepted.size() == 1);
    }

    @Test
    void longConnectionsThatComeAtOnceAreSharedOut() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen(Pair.LOOPBACK);
        for (int i = 0; i < 64; i++) {
            connectTo(acceptor);
        }
        acceptor.resumeAccepts();
        Eventually.holds("all are accepted", () -> accepted.size() == 64);

        assertThat(loops.all()).allSatisfy(loop -> assertThat(loop.clients()).isBetween(26, 38));
    }

    @Test
    void connectionsThatComeOneByOneAreSharedOut() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        for (int i = 0; i < 64; i++) {
            int number = i + 1;
            connectTo(acceptor);
            Eventually.holds("it is accepted", () -> accepted.size() == number);
        }

        assertThat(loops.all()).allSatisfy(loop -> assertThat(loop.clients()).isBetween(26, 38));
    }

    @Test
    void nobodyWaitsForALoopThatIsStuck() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        CountDownLatch isStuck = new CountDownLatch(1);
        CountDownLatch stuck = new CountDownLatch(1);
        loops.getIoThread(0).execute(() -> {
            isStuck.countDown();
            try {
                stuck.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        isStuck.await();
        for (int i = 0; i < 64; i++) {
            connectTo(acceptor);
        }
        Eventually.holds("the other has accepted all", () -> accepted.size() == 64);
        stuck.countDown();

        assertThat(loops.getIoThread(1).clients()).isEqualTo(64);
    }

    @Test
    void aLoopWhoseConnectionsHaveGoneAcceptsAgain() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        for (int round = 0; round < 200; round++) {
            connectTo(acceptor);
            if (round % 16 == 15) {
                int number = round + 1;
                Eventually.holds("all are accepted", () -> accepted.size() == number);
                accepted.forEach(IoUtils::safeClose);
                Eventually.holds("all have gone", () -> loops.all().stream().allMatch(loop -> loop.clients() == 0));
            }
        }
    }

    @Test
    void noneIsLostOrServedTwiceUnderLoad() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = loops.createStreamConnectionServer(
                Pair.LOOPBACK, this::echo, OptionMap.create(Options.BACKLOG, 511, Options.TCP_NODELAY, true));
        acceptor.resumeAccepts();
        InetSocketAddress address = acceptor.getLocalAddress(InetSocketAddress.class);
        AtomicInteger right = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 1; j <= 500; j++) {
                    try (Socket socket = new Socket()) {
                        socket.setSoTimeout(20_000);
                        socket.connect(address);
                        socket.getOutputStream().write(j % 128);
                        if (socket.getInputStream().read() == j % 128
                                && socket.getInputStream().read() == -1) {
                            right.incrementAndGet();
                        }
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        assertThat(right).hasValue(8 * 500);
        Eventually.holds("all have gone", () -> loops.all().stream().allMatch(loop -> loop.clients() == 0));
    }

    /** Answers one byte, and closes. */
    private void echo(AcceptingChannel<StreamConnection> acceptor) {
        try {
            StreamConnection connection = acceptor.accept();
            if (connection == null) {
                return;
            }
            connection.getSourceChannel().setReadListener(source -> {
                try {
                    ByteBuffer buffer = ByteBuffer.allocate(1);
                    if (source.read(buffer) == 1) {
                        connection.getSinkChannel().write(buffer.flip());
                        connection.close();
                    }
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            connection.getSourceChannel().resumeReads();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void shuttingDownWhileItAcceptsClosesEverything() throws Exception {
        AcceptingChannel<StreamConnection> acceptor = listen();
        InetSocketAddress address = acceptor.getLocalAddress(InetSocketAddress.class);
        Thread load = new Thread(() -> {
            try {
                while (true) {
                    Socket socket = new Socket();
                    socket.connect(address);
                    synchronized (clients) {
                        clients.add(socket);
                    }
                }
            } catch (IOException e) {
                // refused: the end
            }
        });
        load.start();
        Eventually.holds("it accepts", () -> accepted.size() > 100);
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        load.join();

        assertThat(acceptor.isOpen()).isFalse();
        assertThat(accepted).noneMatch(StreamConnection::isOpen);
        assertThatThrownBy(() -> listen(Pair.LOOPBACK)).isInstanceOf(IOException.class);
    }
}
