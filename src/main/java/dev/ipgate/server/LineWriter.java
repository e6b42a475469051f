package dev.ipgate.server;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes lines to stdout or a file, in the order given, and never makes its callers wait for either. What cannot be
 * written is dropped and counted: a full disk or a stuck pipe must not stop the gate.
 */
public final class LineWriter implements AutoCloseable {

    /*
     * Two buffers. Callers fill one under a short lock; a thread swaps it for the other and writes it in one system
     * call, without the lock. After the first line that thread lingers a little before it swaps, so that under load it
     * is woken and writes some dozens of times a second, not once a request.
     */

    private static final Logger LOG = LoggerFactory.getLogger(LineWriter.class);
    private static final int CAPACITY = 1 << 20;
    private static final Duration LINGER = Duration.ofMillis(20);
    private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);
    private static final String TOO_SLOW = "it does not take them in time";
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(2);

    private final String name;
    private final @Nullable Path file; // to be opened anew on demand
    private final Consumer<String> warn;
    private final Thread thread = new Thread(this::run, "ipgate-log");

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private LineBuffer filling; // guarded by lock
    private boolean closed; // guarded by lock
    private long dropped; // guarded by lock
    private boolean reopening; // guarded by lock

    private OutputStream out; // the thread's own, as is what follows
    private LineBuffer writing;
    private long reported;
    private String trouble = TOO_SLOW;
    private long nextWarning = System.nanoTime();

    LineWriter(String name, OutputStream out, int capacity, Consumer<String> warn) {
        this(name, null, out, capacity, warn);
    }

    private LineWriter(String name, @Nullable Path file, OutputStream out, int capacity, Consumer<String> warn) {
        this.name = name;
        this.file = file;
        this.out = out;
        this.warn = warn;
        this.filling = new LineBuffer(capacity);
        this.writing = new LineBuffer(capacity);
        thread.setDaemon(true);
        thread.start();
    }

    /** Writes to the process's standard output, which stays open when this is closed. */
    public static LineWriter toStdout() {
        return new LineWriter("stdout", shared(FileDescriptor.out), CAPACITY, LOG::warn);
    }

    /** Writes to the process's standard error, which stays open when this is closed. What is dropped there is not told. */
    public static LineWriter toStderr() {
        return new LineWriter("stderr", shared(FileDescriptor.err), CAPACITY, untold -> {});
    }

    private static OutputStream shared(FileDescriptor descriptor) {
        return new FileOutputStream(descriptor) {
            @Override
            public void close() {
                // others may still write to it
            }
        };
    }

    /**
     * Appends to a file, which is made if it is not there, readable by its owner and group.
     *
     * @throws IOException if it cannot be opened
     */
    public static LineWriter toFile(Path file) throws IOException {
        return new LineWriter(file.toString(), file, open(file), CAPACITY, LOG::warn);
    }

    private static OutputStream open(Path file) throws IOException {
        return Channels.newOutputStream(FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.APPEND),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"))));
    }

    /** Opens the file anew before the next line is written, if there is one: somebody has moved it away. */
    public void reopen() {
        lock.lock();
        try {
            reopening = file != null;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Takes a line, without its line feed. Never blocks on the output and never throws for it.
     *
     * @param line without control characters: whoever makes the line has escaped what strangers chose
     */
    public void write(CharSequence line) {
        lock.lock();
        try {
            boolean wasEmpty = filling.isEmpty();
            if (closed || !filling.append(line)) {
                dropped++;
            } else if (wasEmpty || filling.isHalfFull()) {
                changed.signal();
            }
        } finally {
            lock.unlock();
        }
    }

    /** How many lines could not be written so far. */
    public long dropped() {
        lock.lock();
        try {
            return dropped;
        } finally {
            lock.unlock();
        }
    }

    /** Writes what is there, for two seconds at most; lines that come later are dropped. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
        try {
            thread.join(LONGEST_CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (swapWhenDue()) {
            flush();
            if (System.nanoTime() - nextWarning >= 0) {
                report();
            }
        }
        close(out);
        report();
    }

    private void close(OutputStream left) {
        try {
            left.close();
        } catch (IOException e) {
            warn.accept("cannot close " + name + ": " + e.getMessage());
        }
    }

    /** Opens the file anew, if that is wanted; if it cannot be, lines go on to where they went. */
    private void openAnew(boolean wanted) {
        if (!wanted || file == null) {
            return;
        }
        try {
            OutputStream opened = open(file);
            close(out);
            out = opened;
        } catch (IOException e) {
            warn.accept(name + " cannot be opened anew, and lines go to where they went before: " + e.getMessage());
        }
    }

    /** Waits for lines, then makes them ready to write; false if there will be none any more. */
    private boolean swapWhenDue() {
        boolean anew = false;
        boolean last;
        lock.lock();
        try {
            while (filling.isEmpty() && !closed && !reopening) {
                changed.awaitUninterruptibly();
            }
            long linger = LINGER.toNanos();
            while (linger > 0 && !closed && !reopening && !filling.isHalfFull()) {
                linger = changed.awaitNanos(linger);
            }
        } catch (InterruptedException e) {
            LOG.debug("nobody interrupts this thread; the lines are written at once", e);
        } finally {
            LineBuffer full = filling;
            filling = writing;
            writing = full;
            anew = reopening;
            reopening = false;
            last = closed;
            lock.unlock();
        }
        openAnew(anew);
        return !writing.isEmpty() || !last;
    }

    private void flush() {
        try {
            writing.writeTo(out);
        } catch (IOException e) {
            lock.lock();
            try {
                dropped += writing.lines();
            } finally {
                lock.unlock();
            }
            trouble = String.valueOf(e.getMessage());
        } finally {
            writing.clear();
        }
    }

    private void report() {
        long now = dropped();
        if (now > reported) {
            warn.accept(name + ": lines dropped: " + (now - reported) + ": " + trouble);
            trouble = TOO_SLOW;
            reported = now;
            nextWarning = System.nanoTime() + BETWEEN_WARNINGS.toNanos();
        }
    }
}
