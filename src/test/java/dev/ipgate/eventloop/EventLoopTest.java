package dev.ipgate.eventloop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Eventually;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xnio.XnioExecutor;

/** Tasks and timers, from the loop's own thread and from others. */
@Timeout(60)
class EventLoopTest {

    private EventLoops loops;
    private EventLoop loop;

    @BeforeEach
    void start() throws Exception {
        loops = EventLoops.start("test", 1, 1);
        loop = loops.getIoThread(0);
    }

    @AfterEach
    void stop() throws Exception {
        loops.shutdown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Runs on the loop and waits for it. */
    private void onLoop(Runnable task) throws Exception {
        CompletableFuture<Void> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                task.run();
                done.complete(null);
            } catch (Throwable e) {
                done.completeExceptionally(e);
            }
        });
        done.get();
    }

    @Test
    void aLoopThatStandsStillIsNamed() throws Exception {
        assertThat(loops.stuckFor(Duration.ofSeconds(30))).isEmpty();
        CountDownLatch stands = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        loop.execute(() -> {
            stands.countDown();
            try {
                goOn.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        stands.await();
        assertThat(loops.stuckFor(Duration.ofMillis(1))).containsExactly(loop);
        goOn.countDown();
        assertThat(loops.stuckFor(Duration.ofSeconds(30))).isEmpty();
    }

    @Test
    void tasksRunOnTheLoopInTheOrderOfEachThread() throws Exception {
        List<Integer> ran = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            int number = i;
            loop.execute(() -> ran.add(number));
        }
        onLoop(() -> assertThat(Thread.currentThread()).isSameAs(loop));

        assertThat(ran).hasSize(1_000).isSorted();
    }

    @Test
    void noTaskOfManyThreadsIsForgotten() throws Exception {
        int each = 20_000;
        AtomicInteger ran = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int j = 0; j < each; j++) {
                    loop.execute(ran::incrementAndGet);
                }
            });
            threads.add(thread);
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }

        Eventually.holds("all tasks ran", () -> ran.get() == 4 * each);
    }

    @Test
    void aTaskThatComesAgainAndAgainLeavesTheOthersTheirTurn() throws Exception {
        CountDownLatch others = new CountDownLatch(3);
        loop.execute(new Runnable() {
            @Override
            public void run() {
                if (others.getCount() > 0) {
                    loop.execute(this);
                }
            }
        });
        loop.execute(others::countDown);
        loop.executeAfter(others::countDown, 1, TimeUnit.MILLISECONDS);
        onLoop(() -> loop.executeAfter(others::countDown, 1, TimeUnit.MILLISECONDS));

        others.await();
    }

    @Test
    void aTaskThatThrowsEndsNothing() throws Exception {
        loop.execute(() -> {
            throw new IllegalStateException("as this test wants it");
        });
        loop.executeAfter(
                () -> {
                    throw new StackOverflowError("as this test wants it");
                },
                1,
                TimeUnit.MILLISECONDS);
        CountDownLatch after = new CountDownLatch(1);
        loop.executeAfter(after::countDown, 5, TimeUnit.MILLISECONDS);

        after.await();
    }

    @Test
    void withoutMemoryItEndsAndItsThreadSaysWhy() throws Exception {
        CompletableFuture<Throwable> uncaught = new CompletableFuture<>();
        loop.setUncaughtExceptionHandler((thread, e) -> uncaught.complete(e));
        loop.execute(() -> {
            throw new OutOfMemoryError("as this test wants it");
        });

        assertThat(uncaught.get()).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void anInterruptedLoopGoesOnAsIfNothingHadBeen() throws Exception {
        loop.interrupt();
        onLoop(() -> {});
        Eventually.holds("it forgets", () -> !loop.isInterrupted());
    }

    @Test
    void tenThousandTimersFireOnceEach() throws Exception {
        int count = 10_000;
        ConcurrentLinkedQueue<Integer> fired = new ConcurrentLinkedQueue<>();
        onLoop(() -> {
            for (int i = 0; i < count; i++) {
                int number = i;
                loop.executeAfter(() -> fired.add(number), 1 + i * 37 % 50, TimeUnit.MILLISECONDS);
            }
        });

        Eventually.holds("all have fired", () -> fired.size() == count);
        onLoop(() -> assertThat(loop.timers().size()).isZero());
        assertThat(fired).doesNotHaveDuplicates();
    }

    @Test
    void timersOfAnotherThreadFireToo() throws Exception {
        CountDownLatch fired = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            loop.executeAfter(fired::countDown, 1 + i % 7, TimeUnit.MILLISECONDS);
        }
        fired.await();
    }

    @Test
    void anEarlierTimerWakesALoopThatWaitsForALaterOne() throws Exception {
        loop.executeAfter(() -> {}, 1, TimeUnit.HOURS);
        onLoop(() -> {});
        CountDownLatch fired = new CountDownLatch(1);
        loop.executeAfter(fired::countDown, 1, TimeUnit.MILLISECONDS);

        fired.await();
    }

    @Test
    void aRemovedTimerNeverFires() throws Exception {
        AtomicInteger fired = new AtomicInteger();
        XnioExecutor.Key fromHere = loop.executeAfter(fired::incrementAndGet, 20, TimeUnit.MILLISECONDS);
        assertThat(fromHere.remove()).isTrue();
        assertThat(fromHere.remove()).isFalse();
        onLoop(() -> {
            XnioExecutor.Key own = loop.executeAfter(fired::incrementAndGet, 20, TimeUnit.MILLISECONDS);
            assertThat(own.remove()).isTrue();
            assertThat(loop.timers().size()).isZero();
        });
        CountDownLatch later = new CountDownLatch(1);
        loop.executeAfter(later::countDown, 40, TimeUnit.MILLISECONDS);
        later.await();

        assertThat(fired).hasValue(0);
    }

    @Test
    void aTimerThatHasFiredCannotBeRemoved() throws Exception {
        CountDownLatch fired = new CountDownLatch(1);
        XnioExecutor.Key key = loop.executeAfter(fired::countDown, 1, TimeUnit.MILLISECONDS);
        fired.await();

        assertThat(key.remove()).isFalse();
    }

    @Test
    void noTimeIsAtOnce() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);

        assertThat(loop.executeAfter(ran::countDown, 0, TimeUnit.SECONDS).remove())
                .isFalse();
        ran.await();
    }

    @Test
    void theLongestTimeIsNoProblem() throws Exception {
        XnioExecutor.Key key = loop.executeAfter(() -> {}, Long.MAX_VALUE, TimeUnit.DAYS);
        onLoop(() -> assertThat(loop.timers().nanosToNext(System.nanoTime())).isGreaterThan(Long.MAX_VALUE / 8));
        assertThat(key.remove()).isTrue();
    }

    @Test
    void anIntervalRunsUntilItIsRemovedByItselfOrByOthers() throws Exception {
        AtomicInteger own = new AtomicInteger();
        List<XnioExecutor.Key> keys = new ArrayList<>();
        onLoop(() -> keys.add(loop.executeAtInterval(
                () -> {
                    if (own.incrementAndGet() == 3) {
                        keys.get(0).remove();
                    }
                },
                1,
                TimeUnit.MILLISECONDS)));
        CountDownLatch others = new CountDownLatch(5);
        XnioExecutor.Key other = loop.executeAtInterval(
                () -> {
                    others.countDown();
                    throw new IllegalStateException("as this test wants it");
                },
                1,
                TimeUnit.MILLISECONDS);
        others.await();
        assertThat(other.remove()).isTrue();

        Eventually.holds("it has run three times", () -> own.get() == 3);
        onLoop(() -> assertThat(loop.timers().size()).isZero());
        assertThat(own).hasValue(3);
    }

    @Test
    void whatWasHandedOverBeforeTheShutdownRunsAndNothingAfterwards() throws Exception {
        AtomicInteger ran = new AtomicInteger();
        CountDownLatch hold = new CountDownLatch(1);
        loop.execute(() -> {
            try {
                hold.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        for (int i = 0; i < 10; i++) {
            loop.execute(ran::incrementAndGet);
        }
        loops.shutdown();

        assertThatThrownBy(() -> loop.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> loop.executeAfter(() -> {}, 1, TimeUnit.SECONDS))
                .isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> loop.executeAtInterval(() -> {}, 1, TimeUnit.SECONDS))
                .isInstanceOf(RejectedExecutionException.class);
        assertThatThrownBy(() -> loops.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
        assertThat(loops.isShutdown()).isTrue();
        assertThat(loops.isTerminated()).isFalse();
        hold.countDown();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        assertThat(loops.isTerminated()).isTrue();
        assertThat(ran).hasValue(10);
        assertThat(loop.hand(() -> {})).isFalse();
    }

    @Test
    void everyTaskEitherRunsOrIsRefusedWhileTheLoopEnds() throws Exception {
        AtomicInteger accepted = new AtomicInteger();
        AtomicInteger ran = new AtomicInteger();
        Thread thread = new Thread(() -> {
            try {
                while (true) {
                    loop.execute(ran::incrementAndGet);
                    accepted.incrementAndGet();
                }
            } catch (RejectedExecutionException e) {
                // the end
            }
        });
        thread.start();
        Eventually.holds("it is at it", () -> ran.get() > 1_000);
        loops.shutdown();
        thread.join();
        assertThat(loops.awaitTermination(10, TimeUnit.SECONDS)).isTrue();

        assertThat(ran.get()).isEqualTo(accepted.get());
    }

    @Test
    void longTasksHaveThreadsOfTheirOwn() throws Exception {
        CompletableFuture<String> name = new CompletableFuture<>();
        loops.execute(() -> name.complete(Thread.currentThread().getName()));

        assertThat(name.get()).startsWith("test task-");
    }
}
