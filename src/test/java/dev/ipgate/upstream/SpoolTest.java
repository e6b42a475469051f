package dev.ipgate.upstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** How much disk bodies may take, and how many there may be. */
class SpoolTest {

    private final Spool spool = new Spool(Path.of("unused"), 100);

    @Test
    void givesWhatIsLeftAndNoByteMore() throws SpoolFullException {
        spool.take(60);
        assertThatThrownBy(() -> spool.take(41))
                .isInstanceOf(SpoolFullException.class)
                .hasMessage("request bodies take 60 bytes in temporary files, and limits.spool allows 100");
        spool.take(40);
        assertThat(spool.used()).isEqualTo(100);

        spool.give(60);
        spool.take(60);
        assertThat(spool.used()).isEqualTo(100);
    }

    @Test
    void aLowerLimitTakesNothingBackAndGivesNothingOut() throws SpoolFullException {
        spool.take(60);
        spool.setLimit(50);

        assertThat(spool.used()).isEqualTo(60);
        assertThatThrownBy(() -> spool.take(1)).isInstanceOf(SpoolFullException.class);
        spool.give(60);
        spool.take(50);
    }

    @Test
    void aNumberThatWouldOverflowIsRefused() throws SpoolFullException {
        spool.take(1);

        assertThatThrownBy(() -> spool.take(Long.MAX_VALUE)).isInstanceOf(SpoolFullException.class);
    }

    @Test
    void hasSoManyPlaces() {
        for (int i = 0; i < Spool.MOST_BODIES; i++) {
            assertThat(spool.enter()).isTrue();
        }
        assertThat(spool.enter()).isFalse();

        spool.leave();
        assertThat(spool.enter()).isTrue();
        assertThat(spool.enter()).isFalse();
    }
}
