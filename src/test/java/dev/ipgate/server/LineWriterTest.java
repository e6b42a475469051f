package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.ipgate.testing.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.Pipe;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each test would hang, not fail, if a caller were made to wait; hence the time limit. */
@Timeout(60)
class LineWriterTest {

    private static final int CAPACITY = 4096;

    private final Queue<String> warnings = new ConcurrentLinkedQueue<>();

    @Test
    void linesAreWrittenInOrder() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> lines = IntStream.range(0, 20_000)
                .mapToObj(i -> "line " + i + " of a log")
                .toList();

        try (LineWriter writer = new LineWriter("test", out, 1 << 20, warnings::add)) {
            lines.forEach(writer::write);
        }

        assertThat(out.toString(UTF_8).lines()).containsExactlyElementsOf(lines);
        assertThat(warnings).isEmpty();
    }

    @Test
    void aLineIsWrittenWithoutWaitingForAnother() throws IOException {
        Pipe pipe = Pipe.open();
        try (LineWriter writer = writerTo(pipe);
                InputStream in = Channels.newInputStream(pipe.source())) {
            writer.write("first");
            assertThat(in.readNBytes(6)).asString(UTF_8).isEqualTo("first\n");

            writer.write("second");
            assertThat(in.readNBytes(7)).asString(UTF_8).isEqualTo("second\n");
        }
    }

    @Test
    void anyTextBecomesUtf8() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<String> lines = List.of(
                "", "ñ", "€", "😀", "a\ud83d", "\ude00b", "\ud83d\ud83d\ude00", "\u0000\u007f\u0080\u07ff\u0800\uffff");

        try (LineWriter writer = new LineWriter("test", out, CAPACITY, warnings::add)) {
            lines.forEach(writer::write);
        }

        // The JDK, too, writes a question mark for a lone surrogate.
        assertThat(out.toByteArray()).isEqualTo((String.join("\n", lines) + "\n").getBytes(UTF_8));
    }

    @Test
    void linesOfSeveralThreadsAreNotMixed() throws InterruptedException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (LineWriter writer = new LineWriter("test", out, 1 << 20, warnings::add)) {
            List<Thread> threads = new ArrayList<>();
            for (String letter : List.of("a", "b", "c", "d")) {
                Thread thread =
                        new Thread(() -> IntStream.range(0, 1_000).forEach(i -> writer.write(letter.repeat(50))));
                thread.start();
                threads.add(thread);
            }
            for (Thread thread : threads) {
                thread.join();
            }
        }

        assertThat(out.toString(UTF_8).lines())
                .hasSize(4_000)
                .allSatisfy(line -> assertThat(line).matches("a{50}|b{50}|c{50}|d{50}"));
    }

    @Test
    void aStuckPipeBlocksNobodyAndTheDroppedLinesAreCounted() throws IOException {
        Pipe pipe = Pipe.open();
        int before = fill(pipe);
        LineWriter writer = writerTo(pipe);
        String line = "x".repeat(99);
        int sent = 0;
        while (writer.dropped() < 1_000) {
            writer.write(line);
            sent++;
        }

        // Somebody reads again: what was kept arrives whole, and a warning says what is missing.
        List<String> arrived;
        try (InputStream in = Channels.newInputStream(pipe.source())) {
            Thread closer = new Thread(writer::close);
            closer.start();
            in.skipNBytes(before);
            arrived = new String(in.readAllBytes(), UTF_8).lines().toList();
        }
        writer.close();

        long dropped = writer.dropped();
        assertThat(arrived).hasSize((int) (sent - dropped)).allMatch(line::equals);
        assertThat(warnings)
                .isNotEmpty()
                .allSatisfy(warning ->
                        assertThat(warning).matches("test: lines dropped: [0-9]+: it does not take them in time"));
        assertThat(warnings.stream()
                        .mapToLong(warning -> Long.parseLong(warning.split(": ", -1)[2]))
                        .sum())
                .isEqualTo(dropped);
    }

    @Test
    void closingGivesUpOnAStuckPipe() throws IOException {
        Pipe pipe = Pipe.open();
        fill(pipe);
        LineWriter writer = writerTo(pipe);
        writer.write("never read");

        writer.close();

        pipe.source().close();
    }

    @Test
    void aBrokenPipeIsReportedAtOnceAndAtTheEndNotForEveryLine() throws IOException {
        Pipe pipe = Pipe.open();
        pipe.source().close();
        try (LineWriter writer = writerTo(pipe)) {
            writer.write("first");
            while (writer.dropped() < 1) {
                Thread.onSpinWait();
            }
            writer.write("second");
            while (writer.dropped() < 2) {
                Thread.onSpinWait();
            }
            assertThat(warnings).hasSizeLessThanOrEqualTo(1);
        }

        assertThat(warnings)
                .containsExactly("test: lines dropped: 1: Broken pipe", "test: lines dropped: 1: Broken pipe");
    }

    @Test
    void aFullDiskLosesLinesAndNothingElse() throws IOException {
        LineWriter writer = LineWriter.toFile(Path.of("/dev/full"));

        writer.write("lost");
        writer.close();

        assertThat(writer.dropped()).isEqualTo(1);
    }

    @Test
    void aLineThatNeverFitsIsDropped() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        LineWriter writer = new LineWriter("test", out, CAPACITY, warnings::add);

        writer.write("x".repeat(CAPACITY));
        writer.write("short");
        writer.close();
        writer.write("too late");

        assertThat(out).hasToString("short\n");
        assertThat(writer.dropped()).isEqualTo(2);
    }

    @Test
    void aFileIsAppendedToAndNotForEveryoneToRead(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("access.log");
        for (String line : List.of("one", "two")) {
            try (LineWriter writer = LineWriter.toFile(file)) {
                writer.write(line);
            }
        }

        assertThat(file).hasContent("one\ntwo\n");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .startsWith("rw-")
                .endsWith("---");
        assertThatThrownBy(() -> LineWriter.toFile(folder.resolve("missing/access.log")))
                .isInstanceOf(NoSuchFileException.class);
    }

    /** Fills a pipe to the brim, so that the next to write to it waits; returns how many bytes that took. */
    private static int fill(Pipe pipe) throws IOException {
        pipe.sink().configureBlocking(false);
        int filled = 0;
        for (int size = 4096; size >= 1; size /= 2) {
            for (int n = pipe.sink().write(ByteBuffer.allocate(size));
                    n > 0;
                    n = pipe.sink().write(ByteBuffer.allocate(size))) {
                filled += n;
            }
        }
        pipe.sink().configureBlocking(true);
        return filled;
    }

    private LineWriter writerTo(Pipe pipe) {
        return new LineWriter("test", Channels.newOutputStream(pipe.sink()), CAPACITY, warnings::add);
    }

    @Test
    void aFileThatWasMovedAwayIsOpenedAnewWhenAsked(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("access.log");
        try (LineWriter writer = LineWriter.toFile(file)) {
            writer.write("one");
            Eventually.holds(
                    "the first line is there", () -> Files.readString(file).equals("one\n"));
            Files.move(file, folder.resolve("access.log.1"));
            writer.write("two");
            Eventually.holds("it goes where the file went", () -> Files.size(folder.resolve("access.log.1")) == 8);
            writer.reopen();
            writer.write("three");
        }

        assertThat(folder.resolve("access.log.1")).hasContent("one\ntwo\n");
        assertThat(file).hasContent("three\n");
    }

    @Test
    void aFileThatCannotBeOpenedAnewIsWrittenOnAndToldOf(@TempDir Path folder) throws IOException {
        Path inside = Files.createDirectory(folder.resolve("logs"));
        try (LineWriter writer = LineWriter.toFile(inside.resolve("access.log"))) {
            Path away = Files.move(inside, folder.resolve("elsewhere"));
            writer.reopen();
            writer.write("one");
            Eventually.holds(
                    "the line is there",
                    () -> Files.readString(away.resolve("access.log")).equals("one\n"));
            assertThat(writer.dropped()).isZero();
        }
    }
}
