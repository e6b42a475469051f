package dev.ipgate.eventloop;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.IoUtils;
import org.xnio.OptionMap;
import org.xnio.Options;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.ConduitStreamSourceChannel;

/** What XNIO promises of a connection, whatever comes first. */
@Timeout(60)
class SocketConnectionTest {

    private EventLoops loops;
    private Pair pair;
    private ConduitStreamSourceChannel source;
    private ConduitStreamSinkChannel sink;
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void connect() throws Exception {
        loops = EventLoops.start("test", 1, 1);
        take(Pair.connect(loops));
    }

    private void take(Pair next) {
        pair = next;
        source = pair.ours.getSourceChannel();
        sink = pair.ours.getSinkChannel();
    }

    @AfterEach
    void stop() throws Exception {
        pair.close();
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private EventLoop loop() {
        return loops.getIoThread(0);
    }

    private void peerSays(String text) throws IOException {
        pair.peer.getOutputStream().write(text.getBytes(US_ASCII));
    }

    private String read() throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(100);
        int read = source.read(buffer);
        return read < 0 ? "end" : new String(buffer.array(), 0, read, US_ASCII);
    }

    private void write(String text) throws IOException {
        sink.write(ByteBuffer.wrap(text.getBytes(US_ASCII)));
    }

    /** Notes what it reads, and that there was nothing as "". */
    private void readOnEvents() {
        source.setReadListener(channel -> {
            try {
                String read = read();
                events.add(read);
                if (read.equals("end")) {
                    channel.suspendReads();
                }
            } catch (IOException e) {
                events.add("reset");
                IoUtils.safeClose(pair.ours);
            }
        });
    }

    private void await(String... expected) {
        Eventually.holds("events " + List.of(expected), () -> events.equals(List.of(expected)));
    }

    @Test
    void itKnowsBothAddressesEvenWhenItIsClosed() throws Exception {
        for (int i = 0; i < 2; i++) {
            assertThat(pair.ours.getPeerAddress()).isEqualTo(pair.peer.getLocalSocketAddress());
            assertThat(pair.ours.getLocalAddress(InetSocketAddress.class))
                    .isEqualTo(pair.peer.getRemoteSocketAddress());
            pair.ours.close();
        }
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void whatArrivesIsReportedWhileReadsAreResumed(boolean fromLoop) throws Exception {
        readOnEvents();
        peerSays("one");
        pair.turns();
        assertThat(events).isEmpty();
        resume(fromLoop);
        await("one");
        peerSays("two");
        await("one", "two");
    }

    private void resume(boolean fromLoop) throws Exception {
        if (fromLoop) {
            pair.onLoop(() -> {
                source.resumeReads();
                return null;
            });
        } else {
            source.resumeReads();
        }
        assertThat(source.isReadResumed()).isTrue();
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void nothingIsReportedWhileReadsAreSuspendedAndAllOfItAfterwards(boolean fromLoop) throws Exception {
        readOnEvents();
        resume(fromLoop);
        peerSays("one");
        await("one");
        if (fromLoop) {
            pair.onLoop(() -> {
                source.suspendReads();
                return null;
            });
        } else {
            source.suspendReads();
        }
        assertThat(source.isReadResumed()).isFalse();
        peerSays("two");
        pair.turns();
        peerSays("+");
        pair.turns();
        assertThat(events).containsExactly("one");
        resume(fromLoop);

        Eventually.holds("it has read all", () -> String.join("", events).equals("onetwo+"));
    }

    @Test
    void aListenerMaySuspendItselfAndIsNotCalledAgain() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        source.setReadListener(channel -> {
            calls.incrementAndGet();
            channel.suspendReads();
        });
        peerSays("unread");
        source.resumeReads();
        Eventually.holds("it was called", () -> calls.get() == 1);
        pair.turns();

        assertThat(calls).hasValue(1);
        assertThat(pair.onLoop(this::read)).isEqualTo("unread");
    }

    @Test
    void aListenerIsCalledAgainForWhatItLeaves() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        source.setReadListener(channel -> {
            if (calls.incrementAndGet() == 3) {
                channel.suspendReads();
            }
        });
        peerSays("unread");
        source.resumeReads();

        Eventually.holds("it was called", () -> calls.get() == 3);
    }

    @Test
    void aListenerMayReplaceItself() throws Exception {
        source.setReadListener(channel -> {
            events.add("first");
            readOnEvents();
        });
        peerSays("x");
        source.resumeReads();

        await("first", "x");
    }

    @Test
    void withoutAListenerReadsAreSuspended() throws Exception {
        peerSays("x");
        source.resumeReads();

        Eventually.holds("they are", () -> !source.isReadResumed());
    }

    @Test
    void aListenerThatThrowsEndsNothing() throws Exception {
        source.setReadListener(channel -> {
            readOnEvents();
            throw new IllegalStateException("as this test wants it");
        });
        peerSays("x");
        source.resumeReads();

        await("x");
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void aWakeUpIsReportedThoughNothingIsReady(boolean fromLoop) throws Exception {
        readOnEvents();
        if (fromLoop) {
            pair.onLoop(() -> {
                source.wakeupReads();
                source.wakeupReads();
                assertThat(events).as("not in the middle of the caller").isEmpty();
                return null;
            });
        } else {
            source.wakeupReads();
        }
        await("");
        assertThat(source.isReadResumed()).isTrue();
        peerSays("x");
        await("", "x");
    }

    @Test
    void aWakeUpIsForgottenIfReadsAreSuspendedBefore() throws Exception {
        readOnEvents();
        pair.onLoop(() -> {
            source.wakeupReads();
            source.suspendReads();
            return null;
        });
        pair.turns();

        assertThat(events).isEmpty();
    }

    @Test
    void wakeUpsOfManyThreadsAreReportedAtLeastOnceAfterTheLast() throws Exception {
        AtomicInteger said = new AtomicInteger();
        AtomicInteger seen = new AtomicInteger();
        source.setReadListener(channel -> seen.set(said.get()));
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 0; j < 2_000; j++) {
                    said.incrementAndGet();
                    source.wakeupReads();
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        Eventually.holds("the last was reported", () -> seen.get() == 8_000);
    }

    @Test
    void resumingAndSuspendingByAnotherThreadLosesNothing() throws Exception {
        AtomicInteger got = new AtomicInteger();
        source.setReadListener(channel -> {
            try {
                got.addAndGet(Math.max(0, channel.read(ByteBuffer.allocate(100))));
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 2_000; i++) {
            source.resumeReads();
            peerSays("x");
            source.suspendReads();
        }
        source.resumeReads();

        Eventually.holds("all has come", () -> got.get() == 2_000);
    }

    @Test
    void thePeersEndIsReportedOnceAndWritesGoOn() throws Exception {
        readOnEvents();
        source.resumeReads();
        pair.peer.shutdownOutput();
        await("end");
        pair.turns();
        assertThat(events).containsExactly("end");
        assertThat(source.isOpen()).isFalse();
        assertThat(pair.ours.isOpen()).isTrue();

        pair.onLoop(() -> {
            write("still here");
            sink.shutdownWrites();
            return sink.flush();
        });
        assertThat(pair.peer.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("still here");
        Eventually.holds("both ends make it closed", () -> !pair.ours.isOpen());
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void ourEndReachesThePeerAndReadsGoOn(boolean fromLoop) throws Exception {
        readOnEvents();
        source.resumeReads();
        if (fromLoop) {
            pair.onLoop(() -> {
                sink.shutdownWrites();
                return null;
            });
        } else {
            sink.shutdownWrites();
        }
        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
        assertThat(sink.isOpen()).isFalse();
        assertThatThrownBy(() -> pair.onLoop(() -> {
                    write("x");
                    return null;
                }))
                .hasCauseInstanceOf(ClosedChannelException.class);
        peerSays("x");
        await("x");
    }

    @Test
    void bothEndsCloseItAndTellTheListenersOnce() throws Exception {
        source.setCloseListener(channel -> events.add("source"));
        sink.setCloseListener(channel -> events.add("sink"));
        pair.ours.setCloseListener(channel -> events.add("connection"));
        pair.onLoop(() -> {
            source.shutdownReads();
            sink.shutdownWrites();
            pair.ours.close();
            return null;
        });

        assertThat(events).containsExactlyInAnyOrder("source", "sink", "connection");
        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
    }

    @ParameterizedTest(name = "from the loop: {0}")
    @ValueSource(booleans = {true, false})
    void closingTellsThePeerAtOnceThoughNothingElseHappens(boolean fromLoop) throws Exception {
        source.setCloseListener(channel -> events.add("source"));
        sink.setCloseListener(channel -> events.add("sink"));
        pair.ours.setCloseListener(channel -> events.add("connection"));
        readOnEvents();
        resume(fromLoop);
        pair.turns();
        if (fromLoop) {
            pair.onLoop(() -> {
                pair.ours.close();
                return null;
            });
        } else {
            pair.ours.close();
        }

        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
        assertThat(events).containsExactlyInAnyOrder("source", "sink", "connection");
        Eventually.holds("the loop has forgotten it", () -> loop().clients() == 0);
    }

    @Test
    void aConnectionThatTheSelectorNeverSawClosesToo() throws Exception {
        pair.onLoop(() -> {
            pair.ours.close();
            return null;
        });

        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
    }

    @Test
    void noDescriptorStaysOpenBehind() throws Exception {
        long before = openDescriptors();
        for (int i = 0; i < 200; i++) {
            int number = i;
            try (Pair next = Pair.connect(loops)) {
                next.ours.getSourceChannel().setReadListener(channel -> {});
                next.ours.getSourceChannel().resumeReads();
                next.onLoop(() -> {
                    if (number % 2 == 0) {
                        next.ours.close();
                    }
                    return null;
                });
            }
        }

        Eventually.holds("as many are open as before", () -> openDescriptors() <= before);
    }

    private static long openDescriptors() throws IOException {
        Path folder = Path.of("/proc/self/fd");
        if (!Files.isDirectory(folder)) {
            return 0; // not on this system
        }
        try (var files = Files.list(folder)) {
            return files.count();
        }
    }

    @Test
    void aListenerMayCloseItsConnectionAndIsNotCalledAgain() throws Exception {
        source.setReadListener(channel -> {
            events.add("called");
            IoUtils.safeClose(pair.ours);
        });
        sink.setWriteListener(channel -> events.add("written"));
        peerSays("x");
        pair.onLoop(() -> {
            source.resumeReads();
            sink.resumeWrites();
            return null;
        });
        Eventually.holds("it is closed", () -> !pair.ours.isOpen());
        pair.turns();

        assertThat(events).containsExactly("called");
        assertThat(source.isReadResumed()).isFalse();
        assertThat(sink.isWriteResumed()).isFalse();
    }

    @Test
    void afterTheCloseReadsEndAndWritesFail() throws Exception {
        pair.ours.close();

        assertThat(pair.onLoop(this::read)).isEqualTo("end");
        assertThatThrownBy(() -> write("x")).isInstanceOf(ClosedChannelException.class);
        source.resumeReads();
        sink.resumeWrites();
        source.suspendReads();
        assertThat(source.isReadResumed()).isFalse();
        assertThat(sink.isWriteResumed()).isFalse();
    }

    @Test
    void whoIsWokenAfterTheCloseReadsTheEnd() throws Exception {
        readOnEvents();
        pair.ours.close();
        source.wakeupReads();

        await("end");
    }

    @Test
    void aResetIsReportedToWhoReads() throws Exception {
        readOnEvents();
        source.resumeReads();
        pair.turns();
        pair.peer.setSoLinger(true, 0);
        pair.peer.close();

        await("reset");
        assertThat(pair.ours.isOpen()).isFalse();
    }

    @Test
    void aResetWhileNothingIsWantedDoesNotKeepTheLoopBusy() throws Exception {
        readOnEvents();
        source.resumeReads();
        pair.turns();
        source.suspendReads();
        pair.peer.setSoLinger(true, 0);
        pair.peer.close();
        pair.turns();
        assertThat(events).isEmpty();
        Eventually.holds("it waits", this::isAsleep);
        source.resumeReads();

        await("reset");
    }

    /** Whether the loop makes no turn by itself. */
    private boolean isAsleep() throws InterruptedException {
        long before = loop().turns();
        Thread.sleep(50);
        return loop().turns() == before;
    }

    @Test
    void aPeerThatHasEndedDoesNotKeepTheLoopBusy() throws Exception {
        readOnEvents();
        source.resumeReads();
        pair.peer.shutdownOutput();
        await("end");

        Eventually.holds("it waits", this::isAsleep);
    }

    @Test
    void fullBuffersHoldWritesBackUntilThePeerReads() throws Exception {
        int total = 32 << 20;
        AtomicInteger written = new AtomicInteger();
        AtomicInteger fullUp = new AtomicInteger();
        byte[] piece = new byte[64 * 1024];
        sink.setWriteListener(channel -> {
            try {
                while (written.get() < total) {
                    int count = channel.write(ByteBuffer.wrap(piece, 0, Math.min(piece.length, total - written.get())));
                    if (count == 0) {
                        fullUp.incrementAndGet();
                        return;
                    }
                    written.addAndGet(count);
                }
                channel.suspendWrites();
                channel.shutdownWrites();
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        sink.resumeWrites();
        Eventually.holds("the buffers are full", () -> fullUp.get() > 0);
        Eventually.holds("the loop waits for room", this::isAsleep);
        assertThat(written.get()).isLessThan(total);

        long got = 0;
        int read;
        while ((read = pair.peer.getInputStream().read(piece)) > 0) {
            got += read;
        }
        assertThat(got).isEqualTo(total);
    }

    @Test
    void writesAreReportedWhileTheyAreResumed() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        sink.setWriteListener(channel -> {
            three.countDown();
            if (three.getCount() == 0) {
                channel.suspendWrites();
            }
        });
        sink.resumeWrites();
        three.await();

        Eventually.holds("then no more", this::isAsleep);
        assertThat(sink.isWriteResumed()).isFalse();
    }

    @Test
    void writesThatAnotherThreadSuspendsAreReportedNoMore() throws Exception {
        AtomicInteger calls = new AtomicInteger();
        sink.setWriteListener(channel -> calls.incrementAndGet());
        sink.resumeWrites();
        Eventually.holds("they are reported", () -> calls.get() > 10);
        sink.suspendWrites();
        Eventually.holds("the loop waits", this::isAsleep);
        int before = calls.get();
        sink.wakeupWrites();
        Eventually.holds("woken they are", () -> calls.get() > before);
    }

    @Test
    void theLastBytesAndTheEndGoTogether() throws Exception {
        pair.onLoop(() -> {
            sink.writeFinal(ByteBuffer.wrap("last".getBytes(US_ASCII)));
            assertThat(sink.isOpen()).isFalse();
            return sink.flush();
        });

        assertThat(pair.peer.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("last");
    }

    @Test
    void whatWasWrittenArrivesThoughTheCloseFollowsAtOnce() throws Exception {
        source.resumeReads();
        pair.turns();
        pair.onLoop(() -> {
            write("answer");
            sink.shutdownWrites();
            pair.ours.close();
            return null;
        });

        assertThat(pair.peer.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("answer");
    }

    @Test
    void anAbortingCloseResets() throws Exception {
        pair.ours.setOption(Options.CLOSE_ABORT, true);
        source.resumeReads();
        pair.turns();
        pair.onLoop(() -> {
            pair.ours.close();
            return null;
        });

        assertThatThrownBy(() -> pair.peer.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    @Test
    void filesGoOutAndComeIn(@TempDir Path folder) throws Exception {
        Path sent = Files.writeString(folder.resolve("sent"), "from a file");
        Path got = Files.createFile(folder.resolve("got"));
        try (FileChannel from = FileChannel.open(sent)) {
            assertThat(sink.transferFrom(from, 5, 6)).isEqualTo(6);
        }
        assertThat(pair.peer.getInputStream().readNBytes(6)).asString(US_ASCII).isEqualTo("a file");
        peerSays("to a file");
        source.awaitReadable(10, TimeUnit.SECONDS);
        try (FileChannel to = FileChannel.open(got, StandardOpenOption.WRITE)) {
            assertThat(source.transferTo(0, 9, to)).isEqualTo(9);
        }
        assertThat(got).hasContent("to a file");
    }

    @Test
    void aThreadThatMayBlockWaitsForBytesAndForRoom() throws Exception {
        sink.awaitWritable();
        source.awaitReadable(1, TimeUnit.MILLISECONDS); // comes back
        Thread later = new Thread(() -> {
            try {
                peerSays("x");
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
        later.start();
        source.awaitReadable();

        assertThat(read()).isEqualTo("x");
        later.join();
        pair.ours.close();
        source.awaitReadable();
    }

    @Test
    void optionsAreThoseOfTheSocket() throws Exception {
        assertThat(pair.ours.getOption(Options.TCP_NODELAY)).isTrue();
        assertThat(pair.ours.setOption(Options.TCP_NODELAY, false)).isTrue();
        assertThat(pair.ours.getOption(Options.TCP_NODELAY)).isFalse();
        assertThat(pair.ours.setOption(Options.KEEP_ALIVE, true)).isFalse();
        assertThat(pair.ours.getOption(Options.KEEP_ALIVE)).isTrue();
        assertThat(pair.ours.setOption(Options.READ_TIMEOUT, 5)).isZero();
        assertThat(pair.ours.getOption(Options.READ_TIMEOUT)).isEqualTo(5);
        assertThat(pair.ours.setOption(Options.WRITE_TIMEOUT, 6)).isZero();
        assertThat(pair.ours.getOption(Options.WRITE_TIMEOUT)).isEqualTo(6);
        pair.ours.setOption(Options.SEND_BUFFER, 65536);
        assertThat(pair.ours.getOption(Options.SEND_BUFFER)).isGreaterThanOrEqualTo(65536);
        assertThat(pair.ours.supportsOption(Options.BACKLOG)).isFalse();
        assertThat(pair.ours.getOption(Options.BACKLOG)).isNull();
        assertThat(pair.ours.setOption(Options.BACKLOG, 1)).isNull();
    }

    @Test
    void manySmallWritesArriveWithoutDelay() throws Exception {
        for (int i = 0; i < 200; i++) {
            pair.onLoop(() -> {
                write("a");
                write("b");
                return null;
            });
            assertThat(pair.peer.getInputStream().readNBytes(2)).hasSize(2);
        }
        assertThat(nodelayIsSet()).isTrue();
    }

    private boolean nodelayIsSet() throws IOException {
        return ((SocketConnection) pair.ours).channel().getOption(StandardSocketOptions.TCP_NODELAY);
    }

    @Test
    void aSingleWriteNeedsNoNodelay() throws Exception {
        pair.onLoop(() -> {
            write("answer");
            return null;
        });
        assertThat(pair.peer.getInputStream().readNBytes(6)).hasSize(6);

        assertThat(nodelayIsSet()).isFalse();
    }

    @Test
    void withoutTheOptionNodelayIsNeverSet() throws Exception {
        pair.close();
        take(Pair.connect(loops, OptionMap.EMPTY));
        pair.onLoop(() -> {
            write("a");
            write("b");
            return null;
        });

        assertThat(pair.ours.getOption(Options.TCP_NODELAY)).isFalse();
    }

    @Test
    void theEndOfTheLoopClosesItAndTellsTheListeners() throws Exception {
        pair.ours.setCloseListener(channel -> events.add("connection"));
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

        assertThat(events).containsExactly("connection");
        assertThat(pair.peer.getInputStream().read()).isEqualTo(-1);
        source.resumeReads();
        source.wakeupReads();
        pair.ours.close();
    }
}
