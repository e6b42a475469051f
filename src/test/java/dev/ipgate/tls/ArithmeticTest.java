package dev.ipgate.tls;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.eventloop.EventLoops;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xnio.XnioIoThread;

class ArithmeticTest {

    private static final int HANDSHAKES = 10;

    private final List<String> done = new CopyOnWriteArrayList<>();
    private EventLoops loops;
    private XnioIoThread thread;
    private Arithmetic arithmetic;

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.start("arithmetic", 1, 1);
        thread = loops.getIoThread();
        arithmetic = new Arithmetic(thread);
    }

    @AfterEach
    void stop() {
        loops.shutdown();
    }

    /** More than a turn has. */
    private void calculate(String name) {
        long end = System.nanoTime() + 3_000_000;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        done.add(name);
    }

    private void onThread(Runnable task) throws InterruptedException {
        CountDownLatch over = new CountDownLatch(1);
        thread.execute(() -> {
            task.run();
            over.countDown();
        });
        assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void oneHandshakeIsNotKeptWaiting() throws Exception {
        onThread(() -> {
            arithmetic.execute(() -> calculate("handshake"));
            assertThat(done).containsExactly("handshake");
        });
        assertThat(done).containsExactly("handshake");
    }

    @Test
    void manyLeaveRoomForWhatElseThereIsToDo() throws Exception {
        CountDownLatch over = new CountDownLatch(HANDSHAKES);
        onThread(() -> {
            for (int i = 0; i < HANDSHAKES; i++) {
                String name = "handshake " + i;
                arithmetic.execute(() -> {
                    calculate(name);
                    over.countDown();
                });
            }
            thread.execute(() -> done.add("something else"));
        });
        assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(done.indexOf("something else")).isLessThan(3);
        done.remove("something else");
        assertThat(done)
                .isSorted()
                .hasSize(HANDSHAKES)
                .startsWith("handshake 0")
                .endsWith("handshake 9");
    }

    @Test
    void oneThatFailsKeepsNobodyElseFromTheirs() throws Exception {
        CountDownLatch over = new CountDownLatch(1);
        onThread(() -> {
            arithmetic.execute(() -> calculate("first"));
            arithmetic.execute(() -> {
                throw new IllegalStateException("a test");
            });
            arithmetic.execute(over::countDown);
        });
        assertThat(over.await(20, TimeUnit.SECONDS)).isTrue();
    }
}
