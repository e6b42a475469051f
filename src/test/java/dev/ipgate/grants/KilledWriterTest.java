package dev.ipgate.grants;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A writer that is killed at any moment leaves a whole file, and nothing is lost that it has acknowledged. */
class KilledWriterTest {

    /** More with -Dipgate.kills=200. */
    private static final int KILLS = Integer.getInteger("ipgate.kills", 6);

    private static final int WRITES = 1000;
    private static final long SEED = 20261126;

    @TempDir
    Path folder;

    @Test
    void losesNothingThatWasAcknowledged() throws IOException, InterruptedException {
        Random random = new Random(SEED);
        int acknowledged = 0; // of the addresses below it, all
        for (int kill = 0; kill < KILLS; kill++) {
            int first = acknowledged;
            acknowledged = killAfter(first, random.nextInt(1, WRITES / KILLS), random.nextInt(3_000_000));

            try (GrantStore store = GrantStore.open(folder, InstantSource.system())) {
                assertThat(store.trouble()).as("seed %d, kill %d", SEED, kill).isNull();
                List<String> kept = store.live().stream().map(Grant::addresses).toList();
                assertThat(kept)
                        .as("seed %d, kill %d", SEED, kill)
                        .containsAll(IntStream.range(0, acknowledged)
                                .mapToObj(GrantWriter::address)
                                .toList())
                        .hasSizeBetween(acknowledged, acknowledged + 1); // one may be written and not acknowledged
            }
        }
        assertThat(acknowledged).isGreaterThanOrEqualTo(KILLS);
    }

    /** Kills a writer some nanoseconds after it has acknowledged so many. Returns the number after the last acknowledged. */
    private int killAfter(int first, int writes, long nanos) throws IOException, InterruptedException {
        Process writer = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        GrantWriter.class.getName(),
                        folder.toString(),
                        Integer.toString(first),
                        Integer.toString(first + WRITES))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        int next = first;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(writer.getInputStream(), UTF_8))) {
            for (int i = 0; i < writes; i++) {
                next = after(lines.readLine(), next);
            }
            LockSupport.parkNanos(nanos); // so that the kill comes at any point of a write
            writer.toHandle()
                    .destroyForcibly(); // which leaves the pipe alone: what was acknowledged is read to its end
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                next = after(line, next);
            }
        } finally {
            writer.destroyForcibly();
        }
        assertThat(writer.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return next;
    }

    private static int after(String line, int expected) {
        assertThat(line).isEqualTo(Integer.toString(expected));
        return expected + 1;
    }
}
