package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SignalsTest {

    @Test
    void anActionRunsInAThreadOfItsOwnAtEveryDelivery() throws Exception {
        BlockingQueue<String> threads = new LinkedBlockingQueue<>();
        Signals.on("WINCH", () -> threads.add(Thread.currentThread().getName()));

        for (int round = 0; round < 3; round++) {
            kill("WINCH");
            assertThat(threads.take()).isEqualTo("ipgate-sigwinch");
        }
    }

    @Test
    void anActionThatFailsIsRunAgainTheNextTime() throws Exception {
        BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();
        AtomicInteger count = new AtomicInteger();
        Signals.on("URG", () -> {
            runs.add(count.incrementAndGet());
            throw new IllegalStateException("on purpose, by SignalsTest");
        });

        kill("URG");
        assertThat(runs.take()).isEqualTo(1);
        kill("URG");
        assertThat(runs.take()).isEqualTo(2);
    }

    @Test
    void deliveriesDuringARunLeadToOneMore() throws Exception {
        CountDownLatch mayEnd = new CountDownLatch(1);
        BlockingQueue<Integer> runs = new LinkedBlockingQueue<>();
        AtomicInteger count = new AtomicInteger();
        Signals.on("CONT", () -> {
            runs.add(count.incrementAndGet());
            awaitQuietly(mayEnd);
        });

        kill("CONT");
        assertThat(runs.take()).isEqualTo(1);
        for (int i = 0; i < 5; i++) {
            kill("CONT");
        }
        mayEnd.countDown();

        assertThat(runs.take()).isEqualTo(2);
        assertThat(count.get()).isLessThanOrEqualTo(7);
    }

    @Test
    void aSignalThatIsNotToBeHadIsNamed() {
        assertThatThrownBy(() -> Signals.on("NOSUCH", () -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"NOSUCH\"");
        assertThatThrownBy(() -> Signals.on("KILL", () -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void kill(String signal) throws IOException, InterruptedException {
        long pid = ProcessHandle.current().pid();
        Process kill = new ProcessBuilder("sh", "-c", "kill -s " + signal + " " + pid).start();
        assertThat(kill.waitFor()).isZero();
    }
}
