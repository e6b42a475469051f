package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A buffer grows with its lines, and holds no less than one that would have been as large from the start. */
class LineBufferTest {

    private static final long SEED = 20261126;

    private static String written(LineBuffer buffer) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        buffer.writeTo(out);
        return out.toString(UTF_8);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 10, 4096, 100_000, 1 << 20})
    void takesLinesUntilTheLongestFormOfOneWouldNotFit(int capacity) throws IOException {
        Random random = new Random(SEED);
        LineBuffer buffer = new LineBuffer(capacity);
        StringBuilder expected = new StringBuilder();
        int bytes = 0;
        int lines = 0;
        while (true) {
            String line = "aé€😀".repeat(random.nextInt(300)) + "b".repeat(random.nextInt(300));
            boolean fits = line.length() < (capacity - bytes) / 3;
            assertThat(buffer.append(line)).as("seed %d", SEED).isEqualTo(fits);
            if (!fits) {
                break;
            }
            expected.append(line).append('\n');
            bytes += line.getBytes(UTF_8).length + 1;
            lines++;
            assertThat(buffer.isHalfFull()).isEqualTo(bytes > capacity / 2);
        }
        assertThat(buffer.lines()).isEqualTo(lines);
        assertThat(written(buffer)).isEqualTo(expected.toString());
    }

    @Test
    void aLineLongerThanItBeganWithFits() throws IOException {
        LineBuffer buffer = new LineBuffer(1 << 20);
        String line = "€".repeat(300_000);

        assertThat(buffer.append(line)).isTrue();
        assertThat(written(buffer)).isEqualTo(line + "\n");

        buffer.clear();
        assertThat(buffer.append("short")).isTrue();
        assertThat(written(buffer)).isEqualTo("short\n");
    }
}
