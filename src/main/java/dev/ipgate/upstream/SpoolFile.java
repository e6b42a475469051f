package dev.ipgate.upstream;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;
import org.xnio.IoUtils;
import org.xnio.XnioIoThread;

/**
 * One request's body on the disk. The file is unlinked as soon as it is open, so that not even {@code kill -9} leaves one
 * behind, and nobody else can open it.
 */
final class SpoolFile {

    /*
     * Methods are called on the request's IO thread and return at once; the work is done on the worker pool, closing
     * included, since freeing a large file takes a while. Its outcome comes back to the IO thread. One task at a time,
     * but for closing, which makes the others fail.
     */

    /** Learns on the IO thread how it went. */
    interface Outcome {
        void of(@Nullable IOException failure);
    }

    private interface Task {
        void run() throws IOException;
    }

    private final Spool spool;
    private final XnioIoThread thread;
    private long taken; // IO thread, until it is closed
    private @Nullable FileChannel channel; // guarded by this
    private boolean closed; // guarded by this

    SpoolFile(Spool spool, XnioIoThread thread) {
        this.spool = spool;
        this.thread = thread;
    }

    /**
     * Writes a block behind the others; it has to stay as it is until the outcome is known.
     *
     * @throws SpoolFullException if {@code limits.spool} leaves no room for it
     * @throws IOException if the worker pool has stopped
     */
    void append(Block block, Outcome outcome) throws IOException {
        long bytes = block.bytes();
        spool.take(bytes);
        taken += bytes;
        ByteBuffer[] contents = block.contents();
        execute(
                () -> {
                    FileChannel to = channel();
                    for (long left = bytes; left > 0; ) {
                        left -= to.write(contents);
                    }
                },
                outcome);
    }

    /** Fills the buffers from a position on, each up to its limit. */
    void read(List<ByteBuffer> buffers, long position, Outcome outcome) throws IOException {
        execute(
                () -> {
                    FileChannel from = channel();
                    long at = position;
                    for (ByteBuffer buffer : buffers) {
                        while (buffer.hasRemaining()) {
                            int read = from.read(buffer, at);
                            if (read < 0) {
                                throw new EOFException("the file is shorter than it was");
                            }
                            at += read;
                        }
                    }
                },
                outcome);
    }

    /** Closes the file and gives its bytes back to the spool. Nothing may be appended any more. */
    void close() {
        try {
            thread.getWorker().execute(this::closeNow);
        } catch (RejectedExecutionException e) { // the gate stops
            closeNow();
        }
    }

    private void closeNow() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            IoUtils.safeClose(channel);
        }
        spool.give(taken);
    }

    private void execute(Task task, Outcome outcome) throws IOException {
        try {
            thread.getWorker().execute(() -> {
                IOException failure = failureOf(task);
                try {
                    thread.execute(() -> outcome.of(failure));
                } catch (RejectedExecutionException e) { // the gate stops, and nobody is left to close it
                    closeNow();
                }
            });
        } catch (RejectedExecutionException e) {
            throw new IOException("the gate stops", e);
        }
    }

    private static @Nullable IOException failureOf(Task task) {
        try {
            task.run();
            return null;
        } catch (IOException e) {
            return e;
        } catch (RuntimeException e) {
            return new IOException(e);
        }
    }

    private synchronized FileChannel channel() throws IOException {
        if (closed) {
            throw new ClosedChannelException();
        }
        if (channel == null) {
            channel = open(spool.directory().resolve("ipgate-spool-" + UUID.randomUUID()));
        }
        return channel;
    }

    private static FileChannel open(Path file) throws IOException {
        FileChannel opened = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            Files.delete(file);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        return opened;
    }
}
