package dev.ipgate.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values that are more than text. */
class ScalarsTest {

    private static final Duration DAY = Duration.ofDays(1);

    @ParameterizedTest(name = "{0} is {1} ms")
    @CsvSource(textBlock = """
            0,      0
            0ms,    0
            1ms,    1
            1500ms, 1500
            5s,     5000
            5m,     300000
            1h,     3600000
            1d,     86400000
            1m30s,  90000
            1s500ms, 1500
            1h1m1s1ms, 3661001
            """)
    void readsDurations(String text, long millis) {
        assertThat(Durations.parse(text, Duration.ZERO, DAY)).isEqualTo(Duration.ofMillis(millis));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "5", "s", "-5s", "5S", "5 s", "1.5s", "30s1m", "5min", "PT5S", "1d1ms", "999999999d"})
    void refusesOtherDurations(String text) {
        assertThatThrownBy(() -> Durations.parse(text, Duration.ZERO, DAY))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" ");
    }

    @ParameterizedTest(name = "{0} is {1} bytes")
    @CsvSource(textBlock = """
            1,      1
            1B,     1
            10KB,   10000
            10 MB,  10000000
            1GB,    1000000000
            64KiB,  65536
            2GiB,   2147483648
            1TiB,   1099511627776
            """)
    void readsSizes(String text, long bytes) {
        assertThat(Sizes.parse(text, 1, 1L << 40)).isEqualTo(bytes);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "0",
                "-1",
                "1.5MB",
                "10m",
                "10k",
                "10mb",
                "MB",
                "0x10",
                "1e6",
                "2TiB",
                "999999999999999TiB",
                "5parsecs"
            })
    void refusesOtherSizes(String text) {
        assertThatThrownBy(() -> Sizes.parse(text, 1, 1L << 40))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" ");
    }

    @ParameterizedTest(name = "{0} is {1}")
    @CsvSource(textBlock = """
            2026-12-31,                2027-01-01T00:00:00Z
            2024-02-29,                2024-03-01T00:00:00Z
            2026-12-31T23:59Z,         2026-12-31T23:59:00Z
            2026-12-31T23:59:58Z,      2026-12-31T23:59:58Z
            2026-12-31t23:59z,         2026-12-31T23:59:00Z
            2026-12-31 23:59 Z,        2026-12-31T23:59:00Z
            2026-12-31T23:59+02:00,    2026-12-31T21:59:00Z
            2026-12-31 23:59:00 -0530, 2027-01-01T05:29:00Z
            """)
    void readsPointsInTime(String text, Instant instant) {
        assertThat(Instants.parse(text)).isEqualTo(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2026-12-31T23:59",
                "2026-02-29",
                "2026-13-01",
                "2026-1-1",
                "2026-12-31T24:00Z",
                "2026-12-31T23:59+25:00",
                "31.12.2026"
            })
    void refusesOtherPointsInTime(String text) {
        assertThatThrownBy(() -> Instants.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("\"" + text + "\" ");
    }

    @ParameterizedTest(name = "{0} is likely {1}")
    @CsvSource(textBlock = """
            lisen,     listen
            LISTEN,    listen
            lsiten,    listen
            mod,       mode
            limit,     limits
            to,
            colour,
            """)
    void guessesWhatWasMeant(String word, @Nullable String meant) {
        assertThat(Spelling.nearest(word, List.of("listen", "mode", "limits", "rules")))
                .isEqualTo(meant);
    }

    @ParameterizedTest(name = "{0} is compared as {1}")
    @CsvSource(textBlock = """
            /,            /
            /a,           /a
            /a/,          /a/
            //a///b,      /a/b
            /a/./b,       /a/b
            /a/../b,      /b
            /../a,        /a
            /a/..,        /
            /a/b/..,      /a/
            /a/.,         /a/
            /%61%2e,      /a.
            /a%2fb,       /a/b
            /%2e%2e/a,    /a
            /100%,        /100%
            /a%zz,        /a%zz
            /a;b,         /a;b
            """)
    void tidiesPaths(String path, String canonical) {
        assertThat(LocationPath.canonical(path)).isEqualTo(canonical);
    }

    @Test
    void aTidyPathStaysAsItIs() {
        long seed = 7;
        Random random = new Random(seed);
        for (int round = 0; round < 5000; round++) {
            StringBuilder path = new StringBuilder("/");
            for (int i = random.nextInt(12); i > 0; i--) {
                path.append("/.a%26;".charAt(random.nextInt(7)));
            }
            String once = LocationPath.canonical(path.toString());
            if (once.indexOf('%') < 0) {
                assertThat(LocationPath.canonical(once))
                        .as("%s, seed %d", path, seed)
                        .isEqualTo(once);
            }
            assertThat(once).doesNotContain("//").startsWith("/");
        }
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(quoteCharacter = '`', textBlock = """
            - allow: ::1,                             ``
            - allow: 2001:db8::/32,                   ``
            `x: [2001:db8::1, ::1]`,                  ::1
            `x: ["::1", ::2]`,                        ::2
            - 2001:db8::,                             2001:db8::
            `listen: [::]:8080`,                      [::]:8080
            `hosts: *.example.com # *.example.org`,   *.example.com
            `note: 12:30:00 a*b`,                     ``
            url: http://[::1]:5050,                   ``
            """)
    void knowsWhatNeedsQuotes(String line, String found) {
        assertThat(String.join(
                        " ",
                        MissingQuotes.in(line).stream()
                                .map(MissingQuotes.Found::text)
                                .toList()))
                .isEqualTo(found);
    }
}
