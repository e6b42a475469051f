package dev.ipgate.server;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Objects;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import jdk.net.ExtendedSocketOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Unix socket over which the commands of the command line reach a running gate; for its own user and root alone. A
 * client sends one line, and gets the exit status in one line and the text that belongs to it.
 */
public final class ControlSocket implements AutoCloseable {

    /*
     * bind() makes the socket with the mode that the umask leaves, and a chmod after it comes too late: so it is bound
     * in a folder of our own, which is 0700 from its first moment, made 0600 there, and renamed into place. The rename
     * also replaces what a killed gate left behind, in one step.
     */

    /**
     * What a command came to.
     *
     * @param status the exit status that the client's process is to have
     * @param text for people, or JSON; may have several lines
     */
    public record Answer(int status, String text) {}

    /** Carries commands out. */
    @FunctionalInterface
    public interface Handler {

        /**
         * Carries one out; what it throws is logged and answered with status 1.
         *
         * @param caller the user of the system who has sent it
         */
        Answer carryOut(String command, String caller);
    }

    private static final Logger LOG = LoggerFactory.getLogger(ControlSocket.class);
    private static final int LONGEST_PATH = 106; // sun_path has 108 bytes; the JDK leaves two of them alone
    private static final long PAUSE_AFTER_FAILURE = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int TEMPORARY_NAME = "/.ipg12345678/s".length();
    private static final int LONGEST_COMMAND = 64 * 1024;

    private final Path path;
    private final @Nullable Object fileKey;
    private final ServerSocketChannel listener;
    private final Handler commands;
    private final Duration patience;
    private final Thread thread = new Thread(this::run, "ipgate-control");

    private ControlSocket(
            Path path, @Nullable Object fileKey, ServerSocketChannel listener, Handler commands, Duration patience) {
        this.path = path;
        this.fileKey = fileKey;
        this.listener = listener;
        this.commands = commands;
        this.patience = patience;
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Listens, in a thread of its own. Commands are carried out one after the other; a client that does not send its
     * command, or take its answer, within 5 s is cut off.
     *
     * @throws IOException if the socket cannot be made, or another gate answers on it; the message names the path
     */
    public static ControlSocket open(Path path, Handler commands) throws IOException {
        return open(path, commands, Duration.ofSeconds(5));
    }

    static ControlSocket open(Path path, Handler commands, Duration patience) throws IOException {
        Path target = path.toAbsolutePath();
        Path folder = Objects.requireNonNull(target.getParent(), "a socket has a folder");
        int longest = Math.max(length(target), length(folder) + TEMPORARY_NAME);
        if (longest > LONGEST_PATH) {
            throw new IOException("the path of the control socket, \"" + target + "\", is too long by "
                    + (longest - LONGEST_PATH) + " bytes: a Unix socket has room for " + LONGEST_PATH
                    + ", and ipgate needs " + TEMPORARY_NAME + " of them behind the folder");
        }
        if (!Files.isDirectory(folder)) {
            throw new IOException("the folder of the control socket, \"" + folder + "\", is not there");
        }
        refuseIfInUse(target);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            Object fileKey = bind(listener, folder, target);
            return new ControlSocket(target, fileKey, listener, commands, patience);
        } catch (IOException e) {
            listener.close();
            throw new IOException("the control socket \"" + target + "\" cannot be made: " + e, e);
        }
    }

    /** Stops listening, and removes the socket unless another gate has put its own in its place. */
    @Override
    public void close() {
        try {
            // While we listen, no other file can have our file's key.
            if (Files.exists(path, LinkOption.NOFOLLOW_LINKS) && Objects.equals(fileKey(path), fileKey)) {
                Files.delete(path);
            }
            listener.close();
        } catch (IOException e) {
            LOG.warn("the control socket \"{}\" could not be closed and removed: {}", path, e.toString());
        }
    }

    private static @Nullable Object bind(ServerSocketChannel listener, Path folder, Path target) throws IOException {
        // It may be guessed: a folder that is there already is not taken.
        String name =
                ".ipg" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt());
        Path ours = Files.createDirectory(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = ours.resolve("s");
        try {
            listener.bind(UnixDomainSocketAddress.of(socket));
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
            Object fileKey = fileKey(socket);
            Files.move(socket, target, StandardCopyOption.ATOMIC_MOVE);
            return fileKey;
        } finally {
            Files.deleteIfExists(socket);
            Files.delete(ours);
        }
    }

    private static void refuseIfInUse(Path target) throws IOException {
        if (!Files.exists(target, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!attributes(target).isOther()) {
            throw new IOException("\"" + target + "\" is there and is no socket; name another path under control");
        }
        try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            probe.configureBlocking(false); // one that is busy answers as well, by letting us wait
            probe.connect(UnixDomainSocketAddress.of(target));
        } catch (ConnectException e) {
            LOG.debug("a gate that was killed left \"{}\" behind; it is replaced", target, e);
            return;
        } catch (IOException e) {
            throw new IOException("\"" + target + "\" is somebody else's socket: " + e.getMessage(), e);
        }
        throw new IOException(
                "another ipgate answers on \"" + target + "\"; stop it or name another path under control");
    }

    private void run() {
        while (listener.isOpen()) {
            try (SocketChannel client = listener.accept()) {
                serve(client);
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                LOG.warn("a client of the control socket was given up: {}", e.toString());
                LockSupport.parkNanos(PAUSE_AFTER_FAILURE); // when descriptors run out, accept() fails at once, always
            }
        }
    }

    private void serve(SocketChannel client) throws IOException {
        client.configureBlocking(false);
        try (Selector selector = Selector.open()) {
            SelectionKey key = client.register(selector, SelectionKey.OP_READ);
            String command = read(client, selector);
            if (command.isEmpty()) {
                return; // somebody only wanted to know whether we live
            }
            Answer answer = carryOut(command, caller(client));
            key.interestOps(SelectionKey.OP_WRITE);
            write(client, selector, answer.status() + "\n" + answer.text());
        }
    }

    /** Reads up to the end of the line or of what the client sends. */
    private String read(SocketChannel client, Selector selector) throws IOException {
        ByteBuffer line = ByteBuffer.allocate(LONGEST_COMMAND);
        long deadline = System.nanoTime() + patience.toNanos();
        while (line.hasRemaining()) {
            await(selector, deadline);
            int from = line.position();
            boolean ended = client.read(line) < 0;
            for (int i = from; i < line.position(); i++) {
                if (line.get(i) == '\n') {
                    return new String(line.array(), 0, i, UTF_8);
                }
            }
            if (ended) {
                return new String(line.array(), 0, line.position(), UTF_8);
            }
        }
        throw new IOException("its command is longer than " + LONGEST_COMMAND + " bytes");
    }

    private void write(SocketChannel client, Selector selector, String text) throws IOException {
        ByteBuffer rest = ByteBuffer.wrap(text.getBytes(UTF_8));
        long deadline = System.nanoTime() + patience.toNanos();
        while (rest.hasRemaining()) {
            await(selector, deadline);
            client.write(rest);
        }
    }

    private static void await(Selector selector, long deadline) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0 || selector.select(left) == 0) {
            throw new IOException("it took too long");
        }
        selector.selectedKeys().clear();
    }

    /** Who has opened the connection, which the system knows. */
    private static String caller(SocketChannel client) throws IOException {
        try {
            return client.getOption(ExtendedSocketOptions.SO_PEERCRED).user().getName();
        } catch (UnsupportedOperationException e) { // a system that does not tell
            return "somebody";
        }
    }

    private Answer carryOut(String command, String caller) {
        try {
            return commands.carryOut(command, caller);
        } catch (RuntimeException | Error e) {
            LOG.error("the command \"{}\" failed", AccessLog.printable(command), e);
            return new Answer(1, "the command failed: " + e + "; the log says more\n");
        }
    }

    private static int length(Path path) {
        return path.toString().getBytes(UTF_8).length;
    }

    private static @Nullable Object fileKey(Path path) throws IOException {
        return attributes(path).fileKey();
    }

    private static BasicFileAttributes attributes(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }
}
