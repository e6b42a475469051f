package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LogTimeTest {

    @ParameterizedTest(name = "{0} in {1} is {2}")
    @CsvSource(textBlock = """
            # instant,             zone,             combined
            1970-01-01T00:00:00Z,  UTC,              [01/Jan/1970:00:00:00 +0000]
            2026-11-23T21:18:59Z,  UTC,              [23/Nov/2026:21:18:59 +0000]
            2026-11-23T21:18:59Z,  Europe/Madrid,    [23/Nov/2026:22:18:59 +0100]
            2026-07-01T23:59:59Z,  Europe/Madrid,    [02/Jul/2026:01:59:59 +0200]
            2026-12-31T23:59:59Z,  Asia/Kolkata,     [01/Jan/2027:05:29:59 +0530]
            2026-02-28T01:00:00Z,  America/St_Johns, [27/Feb/2026:21:30:00 -0330]
            """)
    void theCombinedFormatIsThatOfNginx(Instant instant, ZoneId zone, String combined) {
        LogTime times = new LogTime(zone);

        assertThat(times.combined(instant.getEpochSecond())).isEqualTo(combined);
        assertThat(times.iso(instant.getEpochSecond())).isEqualTo(instant.toString());
    }

    @Test
    void itAgreesWithTheFormatterOfTheJdk() {
        long seed = System.nanoTime();
        System.out.println("LogTimeTest seed " + seed);
        Random random = new Random(seed);
        DateTimeFormatter oracle = DateTimeFormatter.ofPattern("'['dd/MMM/yyyy:HH:mm:ss xx']'", Locale.ENGLISH)
                .withZone(ZoneOffset.UTC);
        LogTime times = new LogTime(ZoneOffset.UTC);
        for (int round = 0; round < 5_000; round++) {
            Instant instant = Instant.ofEpochSecond(random.nextInt(Integer.MAX_VALUE));

            assertThat(times.combined(instant.getEpochSecond()))
                    .as("seed %d", seed)
                    .isEqualTo(oracle.format(instant));
        }
    }

    @Test
    void aSecondIsMadeOnce() {
        LogTime times = new LogTime(ZoneOffset.UTC);

        assertThat(times.combined(1_800_000_000)).isSameAs(times.combined(1_800_000_000));
        assertThat(times.iso(1_800_000_000)).isSameAs(times.iso(1_800_000_000));
    }
}
