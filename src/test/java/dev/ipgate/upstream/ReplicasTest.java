package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.config.AppUrl;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Which app gets the next request, on a clock of the test's own. */
class ReplicasTest {

    private static final long SECOND = Duration.ofSeconds(1).toNanos();
    private static final long START = Long.MAX_VALUE - 30 * SECOND; // the clock's numbers may wrap

    private final List<Replica> apps = IntStream.range(0, 3)
            .mapToObj(
                    i -> new Replica(new AppUrl(false, "127.0.0.1", 5050 + i), new AppAddresses("127.0.0.1", 5050 + i)))
            .toList();

    @AutoClose
    private final Replicas replicas = new Replicas(apps, Duration.ofSeconds(10), Duration.ofSeconds(60));

    private final Replica first = apps.get(0);
    private final Replica second = apps.get(1);
    private final Replica third = apps.get(2);

    private Replica begin(long now) {
        Replica chosen = replicas.choose(now);
        chosen.begin(now);
        return chosen;
    }

    @Test
    void equalsGetRequestsInTurn() {
        for (int i = 0; i < 9; i++) {
            Replica chosen = begin(START);
            assertThat(chosen).isSameAs(apps.get(i % 3));
            chosen.end();
        }
    }

    @Test
    void theOneWithTheFewestRequestsInHandGetsTheNext() {
        for (int i = 0; i < 9; i++) {
            begin(START);
        }
        assertThat(apps).extracting(Replica::inFlight).containsOnly(3L);

        third.end();
        third.end();
        first.end();

        assertThat(begin(START)).isSameAs(third);
        assertThat(List.of(begin(START), begin(START))).containsExactlyInAnyOrder(first, third);
    }

    @Test
    void oneThatFailedIsSetAsideForAWhile() {
        replicas.failed(second, "it is down", START);

        assertThat(chosen(START, 10)).containsOnly(first, third);
        assertThat(chosen(START + 10 * SECOND - 1, 10)).containsOnly(first, third);
        assertThat(chosen(START + 10 * SECOND, 3)).contains(second);
    }

    @Test
    void whoFailsAgainDuringThePauseStaysNoLonger() {
        replicas.failed(second, "it is down", START);
        replicas.failed(second, "it is down", START + 9 * SECOND);

        assertThat(second.isSetAside(START + 10 * SECOND)).isFalse();
    }

    @Test
    void oneRequestTriesItAgainAndTheOthersWaitForTheOutcome() {
        replicas.failed(second, "it is down", START);
        long later = START + 10 * SECOND;
        second.begin(later);

        assertThat(chosen(later, 10)).containsOnly(first, third);

        second.worked(later);
        second.end();

        assertThat(chosen(later, 3)).contains(second);
    }

    @Test
    void thePauseDoublesUpToTheLongest() {
        long now = START;
        List<Long> pauses = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            second.begin(now);
            replicas.failed(second, "it is down", now);
            second.end();
            long from = now;
            while (second.isSetAside(now)) {
                now += SECOND;
            }
            pauses.add((now - from) / SECOND);
        }
        assertThat(pauses).containsExactly(10L, 20L, 40L, 60L, 60L);
    }

    @Test
    void theAnswerToARequestFromBeforeTheFailureSaysNothing() {
        replicas.failed(second, "it is down", START);
        second.worked(START - 1);
        assertThat(second.isSetAside(START + 1)).isTrue();

        second.worked(START + 1);
        assertThat(second.isSetAside(START + 1)).isFalse();
    }

    @Test
    void ifAllAreSetAsideTheOneThatFailedLongestAgoIsTriedAnyway() {
        replicas.failed(second, "it is down", START);
        replicas.failed(third, "it is down", START + 1);
        replicas.failed(first, "it is down", START + 2);

        assertThat(replicas.choose(START + 3)).isSameAs(second);
        assertThat(replicas.choose(List.of(second), START + 3)).isSameAs(third);
        replicas.failed(second, "it is still down", START + 4);
        assertThat(replicas.choose(START + 5)).isSameAs(third);
        assertThat(replicas.choose(List.of(second, third), START + 5)).isSameAs(first);
        assertThat(replicas.choose(apps, START + 5)).isNull();
    }

    @Test
    void theOnlyAppThereIsStaysInUse() {
        Replicas only = new Replicas(List.of(first), Duration.ofSeconds(10), Duration.ofSeconds(60));
        only.failed(first, "it is down", START);

        assertThat(first.isSetAside(START)).isFalse();
        assertThat(only.choose(START)).isSameAs(first);
        assertThat(only.choose(List.of(first), START)).isNull();
    }

    @Test
    void anAppGetsTheNextRequestAtOnceUnlessAnotherHasLessToDo() {
        first.begin(START);
        second.begin(START);
        third.begin(START);
        assertThat(replicas.isFair(first, START)).isTrue();

        third.end();
        assertThat(replicas.isFair(first, START)).isFalse();

        replicas.failed(third, "it is down", START);
        assertThat(replicas.isFair(first, START)).isTrue();
    }

    @Test
    void requestsInFlightNeverDifferByMoreThanOneWhileNoneEnds() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        List<Replica> inHand = new ArrayList<>();
        Map<Replica, Integer> counted = new HashMap<>();
        for (int i = 0; i < 10_000; i++) {
            if (random.nextInt(3) == 0 && !inHand.isEmpty()) {
                Replica ended = inHand.remove(random.nextInt(inHand.size()));
                ended.end();
                counted.merge(ended, -1, Integer::sum);
            } else {
                Replica chosen = begin(START);
                int fewest = apps.stream()
                        .mapToInt(app -> counted.getOrDefault(app, 0))
                        .min()
                        .orElseThrow();
                assertThat(counted.getOrDefault(chosen, 0))
                        .as("step %d, seed %d", i, seed)
                        .isEqualTo(fewest);
                inHand.add(chosen);
                counted.merge(chosen, 1, Integer::sum);
            }
        }
    }

    private List<Replica> chosen(long now, int count) {
        return IntStream.range(0, count).mapToObj(i -> replicas.choose(now)).toList();
    }
}
