package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.BodySource;
import dev.ipgate.http.BufferPool;
import dev.ipgate.http.PieceBuffers;
import io.undertow.connector.PooledByteBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies between a sender and a taker of any pace, on the test's thread. */
class PumpTest {

    private static final int USUAL = 16 * 1024;
    private static final int LARGE = PieceBuffers.LARGE_BYTES;
    private static final int A_TURN = 512 * 1024;

    private final PieceBuffers buffers = new PieceBuffers(new BufferPool(USUAL, 1));
    private final Queue<Runnable> tasks = new ArrayDeque<>();
    private final List<String> ends = new ArrayList<>();

    /** A body that arrives in bursts. */
    private static final class Sender implements BodySource {

        private final ByteBuffer body;
        private final int burst;
        private int arrived; // bytes of the present burst that are not read
        private @Nullable IOException failure;
        private @Nullable Runnable listener;
        private boolean resumed;

        Sender(byte[] body, int burst) {
            this.body = ByteBuffer.wrap(body);
            this.burst = burst;
            arrived = burst;
        }

        @Override
        public int read(ByteBuffer buffer) throws IOException {
            if (failure != null) {
                throw failure;
            }
            if (!body.hasRemaining()) {
                return -1;
            }
            int count = Math.min(Math.min(arrived, body.remaining()), buffer.remaining());
            buffer.put(body.slice(body.position(), count));
            body.position(body.position() + count);
            arrived -= count;
            return count;
        }

        @Override
        public boolean isExhausted() {
            return !body.hasRemaining();
        }

        @Override
        public void resume() {
            resumed = true;
        }

        @Override
        public void suspend() {
            resumed = false;
        }

        @Override
        public void onReadable(@Nullable Runnable next) {
            listener = next;
        }

        /** The next burst arrives, or an end. */
        boolean wake() {
            if (!resumed || listener == null) {
                return false;
            }
            arrived = burst;
            listener.run();
            return true;
        }
    }

    /** Takes so many bytes, and then no more until it is told to. */
    private static final class Taker implements BodySink {

        private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
        private final List<Integer> offers = new ArrayList<>(); // bytes
        private int room;
        private @Nullable ByteBuffer offered; // what it was given last
        private @Nullable IOException failure;
        private @Nullable Runnable listener;
        private boolean resumed;

        Taker(int room) {
            this.room = room;
        }

        @Override
        public boolean write(ByteBuffer buffer, boolean last) throws IOException {
            if (failure != null) {
                throw failure;
            }
            offered = buffer;
            offers.add(buffer.remaining());
            byte[] bytes = new byte[Math.min(room, buffer.remaining())];
            buffer.get(bytes);
            taken.writeBytes(bytes);
            room -= bytes.length;
            return !buffer.hasRemaining();
        }

        @Override
        public boolean flush() {
            return true;
        }

        @Override
        public boolean finish() {
            return true;
        }

        @Override
        public void resume() {
            resumed = true;
        }

        @Override
        public void suspend() {
            resumed = false;
        }

        @Override
        public void onWritable(@Nullable Runnable next) {
            listener = next;
        }

        /** There is room again. */
        boolean wake(int more) {
            if (!resumed || listener == null) {
                return false;
            }
            room = more;
            listener.run();
            return true;
        }
    }

    private Pump pump(Sender from, Taker to) {
        return new Pump(from, to, buffers, tasks::add, new Pump.End() {
            @Override
            public void done() {
                ends.add("done");
            }

            @Override
            public void sourceFailed(IOException e) {
                ends.add("source: " + e.getMessage());
            }

            @Override
            public void sinkFailed(IOException e) {
                ends.add("sink: " + e.getMessage());
            }
        });
    }

    private static byte[] body(int bytes) {
        byte[] body = new byte[bytes];
        new Random(bytes).nextBytes(body);
        return body;
    }

    /** Goes on until nothing is left to do; the taker takes a step each time. */
    private void settle(Sender from, Taker to, int step) {
        Runnable task;
        do {
            while ((task = tasks.poll()) != null) {
                task.run();
            }
        } while (to.wake(step) || from.wake() || !tasks.isEmpty());
    }

    @AfterEach
    void everyLargeBufferIsBack() {
        List<PooledByteBuffer> all = Stream.generate(() -> buffers.allocate(LARGE))
                .limit(PieceBuffers.LARGE_A_THREAD)
                .toList();
        assertThat(all).allMatch(lease -> lease.getBuffer().capacity() == LARGE);
    }

    static IntStream steps() {
        return IntStream.of(USUAL, 4 * USUAL, 5 * USUAL, LARGE, LARGE + USUAL, A_TURN)
                .flatMap(edge -> IntStream.rangeClosed(edge - 1, edge + 1))
                .distinct();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1000})
    @MethodSource("steps")
    void everyByteArrivesOnceWhateverIsTakenAtATime(int step) {
        byte[] body = body(step < 1000 ? 100_000 : 2_000_000);
        Taker to = new Taker(step);
        Sender from = new Sender(body, Integer.MAX_VALUE);
        pump(from, to).start();
        settle(from, to, step);

        assertThat(to.taken.toByteArray()).isEqualTo(body);
        assertThat(ends).containsExactly("done");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 1000})
    @MethodSource("steps")
    void everyByteArrivesOnceWhateverComesAtATime(int burst) {
        byte[] body = body(burst < 1000 ? 100_000 : 2_000_000);
        Taker to = new Taker(Integer.MAX_VALUE);
        Sender from = new Sender(body, burst);
        pump(from, to).start();
        settle(from, to, Integer.MAX_VALUE);

        assertThat(to.taken.toByteArray()).isEqualTo(body);
        assertThat(ends).containsExactly("done");
    }

    @Test
    void everyByteArrivesOnceAtAPaceThatChangesAllTheTime() {
        for (int seed = 0; seed < 40; seed++) {
            Random chance = new Random(seed);
            byte[] body = body(chance.nextInt(4_000_000));
            Taker to = new Taker(0);
            Sender from = new Sender(body, 1 + chance.nextInt(1 << (1 + chance.nextInt(20))));
            pump(from, to).start();
            while (to.taken.size() < body.length) {
                settle(from, to, 1 + chance.nextInt(1 << (1 + chance.nextInt(20))));
            }
            settle(from, to, 0);

            assertThat(to.taken.toByteArray()).as("seed %d", seed).isEqualTo(body);
        }
        assertThat(ends).hasSize(40).containsOnly("done");
    }

    @Test
    void piecesGrowWhileTheyAreTakenWholeAndThenBeginSmallAgain() {
        Taker to = new Taker(USUAL + 4 * USUAL + LARGE + 1000);
        Sender from = new Sender(body(2_000_000), Integer.MAX_VALUE);
        pump(from, to).start();
        settle(from, to, A_TURN);

        assertThat(to.offers)
                .startsWith(USUAL, 4 * USUAL, LARGE, LARGE, LARGE - 1000, USUAL, 4 * USUAL, LARGE)
                .allMatch(offer -> offer <= LARGE);
    }

    @Test
    void aSourceThatHasLittleGetsUsualBuffers() {
        Taker to = new Taker(Integer.MAX_VALUE);
        Sender from = new Sender(body(100_000), USUAL / 2 - 1);
        Pump pump = pump(from, to);
        pump.start();
        do {
            assertThat(to.offered).isNotNull().matches(piece -> piece.capacity() == USUAL);
        } while (from.wake());
        assertThat(ends).containsExactly("done");
    }

    @Test
    void theRestOfALargePieceMovesToAUsualBufferWhenItFits() {
        for (int left : new int[] {1, 1000, USUAL, USUAL + 1, LARGE - 1}) {
            Taker to = new Taker(USUAL + 4 * USUAL + LARGE - left);
            Sender from = new Sender(body(1_000_000), Integer.MAX_VALUE);
            Pump pump = pump(from, to);
            pump.start();
            assertThat(to.offered).matches(piece -> piece.capacity() == LARGE);
            to.wake(0);

            assertThat(to.offered)
                    .as("%d left", left)
                    .matches(piece -> piece.remaining() == left)
                    .matches(piece -> piece.capacity() == (left <= USUAL ? USUAL : LARGE));
            pump.stop();
        }
        assertThat(ends).isEmpty();
    }

    @Test
    void howeverManyTakersStallTheyHoldAFewLargeBuffersAndElseAUsualOneEach() {
        byte[] body = body(1_000_000);
        List<Sender> senders = new ArrayList<>();
        List<Taker> takers = new ArrayList<>();
        List<Pump> pumps = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            senders.add(new Sender(body, Integer.MAX_VALUE));
            takers.add(new Taker(USUAL + 4 * USUAL + 1000));
            pumps.add(pump(senders.get(i), takers.get(i)));
            pumps.get(i).start();
        }
        assertThat(takers)
                .filteredOn(taker -> taker.offered != null && taker.offered.capacity() == LARGE)
                .hasSize(PieceBuffers.LARGE_A_THREAD);
        assertThat(takers)
                .filteredOn(taker -> taker.offered != null && taker.offered.capacity() == USUAL)
                .hasSize(200 - PieceBuffers.LARGE_A_THREAD);

        for (int i = 0; i < 200; i += 2) {
            pumps.get(i).stop(); // as if its client had left
        }
        for (int i = 1; i < 200; i += 2) {
            settle(senders.get(i), takers.get(i), 100_000);
            assertThat(takers.get(i).taken.toByteArray()).as("taker %d", i).isEqualTo(body);
        }
        assertThat(ends).hasSize(100).containsOnly("done");
    }

    @Test
    void oneThatNeverWaitsLetsOthersHaveTheirTurn() {
        Taker to = new Taker(Integer.MAX_VALUE);
        Sender from = new Sender(body(3_000_000), Integer.MAX_VALUE);
        Pump pump = pump(from, to);
        pump.start();

        for (long before = 0; ends.isEmpty(); before = pump.moved()) {
            assertThat(pump.moved() - before).isLessThan(A_TURN + LARGE);
            assertThat(tasks).hasSize(1);
            tasks.remove().run();
        }
        assertThat(pump.moved()).isEqualTo(3_000_000);
    }

    @Test
    void whateverBreaksIsToldOnceAndGivesTheBufferBack() {
        Taker broken = new Taker(USUAL + 4 * USUAL + 1000);
        Sender from = new Sender(body(1_000_000), Integer.MAX_VALUE);
        pump(from, broken).start();
        broken.failure = new IOException("reset");
        settle(from, broken, LARGE);
        Taker to = new Taker(USUAL + 4 * USUAL + 1000);
        Sender cut = new Sender(body(1_000_000), Integer.MAX_VALUE);
        pump(cut, to).start();
        cut.failure = new IOException("cut");
        settle(cut, to, LARGE);

        assertThat(ends).containsExactly("sink: reset", "source: cut");
    }
}
