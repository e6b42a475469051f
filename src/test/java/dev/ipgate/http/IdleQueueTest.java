package dev.ipgate.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.eventloop.EventLoops;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Who has waited longest, whatever comes and goes. */
class IdleQueueTest {

    private static final long SEED = 20261126;

    private static EventLoops loops;

    @BeforeAll
    static void start() throws IOException {
        loops = EventLoops.start("test", 1, 1);
    }

    @AfterAll
    static void stop() {
        loops.shutdown();
    }

    private static IdleQueue queue() {
        return new IdleQueue(loops.getIoThread());
    }

    @Test
    void closesThemInTheOrderInWhichTheyBeganToWait() {
        Random random = new Random(SEED);
        IdleQueue queue = queue();
        List<Integer> closed = new ArrayList<>();
        List<IdleQueue.Place> places = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            int number = i;
            places.add(new IdleQueue.Place(queue, () -> closed.add(number)));
        }
        Set<Integer> waiting = new LinkedHashSet<>(); // the obvious slow version
        for (int now = 0; now < 20_000; now++) {
            int number = random.nextInt(places.size());
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    places.get(number).enter(now);
                    waiting.add(number);
                }
                case 2, 3 -> {
                    places.get(number).leave();
                    waiting.remove(number);
                }
                default -> {
                    closed.clear();
                    Iterator<Integer> first = waiting.iterator();
                    boolean any = first.hasNext();
                    assertThat(queue.closeLongest()).isEqualTo(any);
                    assertThat(closed).as("seed %d, step %d", SEED, now).hasSize(any ? 1 : 0);
                    if (any) {
                        assertThat(closed.get(0)).isEqualTo(first.next());
                        first.remove();
                    }
                }
            }
            assertThat(queue.size()).isEqualTo(waiting.size());
        }
    }

    @Test
    void tellsWhichQueueHasWaitedLonger() {
        IdleQueue one = queue();
        IdleQueue other = queue();
        IdleQueue.Place early = new IdleQueue.Place(one, () -> {});
        IdleQueue.Place late = new IdleQueue.Place(other, () -> {});

        assertThat(IdleQueue.longer(null, null)).isNull();
        assertThat(IdleQueue.longer(one, other)).isNull();
        late.enter(Long.MIN_VALUE + 10); // the clock may begin anywhere, and wrap
        assertThat(IdleQueue.longer(one, other)).isSameAs(other);
        assertThat(IdleQueue.longer(other, one)).isSameAs(other);
        assertThat(IdleQueue.longer(null, other)).isSameAs(other);
        early.enter(Long.MAX_VALUE - 10);
        assertThat(IdleQueue.longer(one, other)).isSameAs(one);
        assertThat(IdleQueue.longer(other, one)).isSameAs(one);
        early.leave();
        assertThat(IdleQueue.longer(one, other)).isSameAs(other);
    }
}
