package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Requests a minute, remembered for a day. */
class HistoryTest {

    private final long[] totals = new long[2];
    private final History history = new History(totals::clone);

    private void minute(int passed, int denied) {
        totals[0] += passed;
        totals[1] += denied;
        history.endMinute();
    }

    private List<String> read(int minutes) {
        List<String> read = new ArrayList<>();
        history.read(minutes, (passed, denied) -> read.add(passed + "/" + denied));
        return read;
    }

    @Test
    void atTheStartThereIsThePresentMinuteAlone() {
        totals[0] = 3;

        assertThat(read(60)).containsExactly("3/0");
    }

    @Test
    void minutesAreInOrderAndThePresentOneIsLast() {
        minute(1, 10);
        minute(2, 20);
        totals[0] += 3;

        assertThat(read(60)).containsExactly("1/10", "2/20", "3/0");
        assertThat(read(2)).containsExactly("2/20", "3/0");
    }

    @Test
    void whatIsOlderThanADayIsForgotten() {
        for (int i = 0; i < 2 * History.MINUTES; i++) {
            minute(i, 0);
        }

        List<String> day = read(History.MINUTES);
        assertThat(day).hasSize(History.MINUTES).first().isEqualTo(History.MINUTES + 1 + "/0");
        assertThat(read(2 * History.MINUTES)).hasSize(History.MINUTES + 1);
    }
}
