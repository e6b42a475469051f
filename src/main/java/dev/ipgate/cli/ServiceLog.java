package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.server.LineWriter;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.PrintStream;

/**
 * The standard error of a service: lines go out by a thread of their own, so that no thread that logs waits for a disk or a
 * pipe. For journald each line has its level before it (sd-daemon(3)).
 */
final class ServiceLog implements AutoCloseable {

    private static final int LONGEST = 64 * 1024; // bytes; the rest of a line is another one

    private final PrintStream before = System.err;
    private final LineWriter writer;

    private ServiceLog(boolean journal) {
        writer = LineWriter.toStderr();
        System.setErr(new PrintStream(new Lines(writer, journal), true, UTF_8));
    }

    /** Takes the standard error over until it is closed. */
    static ServiceLog start() {
        return new ServiceLog(System.getenv("JOURNAL_STREAM") != null);
    }

    /** Writes what is left, and gives the standard error back. */
    @Override
    public void close() {
        System.setErr(before);
        writer.close();
    }

    /** Makes lines of bytes. Called by one thread at a time, as a PrintStream does. */
    static final class Lines extends OutputStream {

        private final LineWriter writer;
        private final boolean levels;
        private final ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        private char level = '6'; // of the last line that had one: those that follow, of a stack trace, say, are of it

        Lines(LineWriter writer, boolean levels) {
            this.writer = writer;
            this.levels = levels;
        }

        @Override
        public synchronized void write(int b) {
            if (b == '\n') {
                end();
            } else {
                line.write(b);
                if (line.size() >= LONGEST) {
                    end();
                }
            }
        }

        private void end() {
            String text = line.toString(UTF_8);
            line.reset();
            if (levels) {
                level = level(text);
                writer.write("<" + level + ">" + text);
            } else {
                writer.write(text);
            }
        }

        private char level(String text) {
            int blank = text.indexOf(' ');
            return switch (blank < 0 ? "" : text.substring(0, blank)) {
                case "ERROR" -> '3';
                case "WARN" -> '4';
                case "INFO" -> '6';
                case "DEBUG", "TRACE" -> '7';
                default -> level;
            };
        }
    }
}
