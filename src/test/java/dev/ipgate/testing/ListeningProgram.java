package dev.ipgate.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A real program that listens on a port of 127.0.0.1, such as nginx or sshd. Ends with the test. */
public final class ListeningProgram implements AutoCloseable {

    /** How to start the program at a port; may write its conf file first. */
    @FunctionalInterface
    interface Command {
        List<String> at(int port) throws IOException;
    }

    private static final int TRIES = 5; // for a port that somebody else takes meanwhile
    private static final long PATIENCE_SECONDS = 10;

    private final Process process;
    private final int port;

    private ListeningProgram(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /**
     * Starts a program in the foreground and waits until it listens.
     *
     * @param log takes what it prints
     * @throws IOException with what it printed, if it ends instead
     */
    static ListeningProgram start(Path log, Command command) throws IOException {
        return start(log, command, () -> true);
    }

    /**
     * The same for a program that listens before it is sure to run.
     *
     * @param ready what holds when it is
     */
    static ListeningProgram start(Path log, Command command, BooleanSupplier ready) throws IOException {
        String why = "";
        for (int i = 0; i < TRIES; i++) {
            int port = Ports.free();
            List<String> line = command.at(port);
            Process process = new ProcessBuilder(line)
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            ListeningProgram program = new ListeningProgram(process, port);
            try {
                Eventually.holds(
                        "listens or has ended",
                        () -> !process.isAlive() || (ready.getAsBoolean() && program.listens()));
            } catch (AssertionError e) {
                program.close();
                throw e;
            }
            if (process.isAlive()) {
                return program;
            }
            why = line + ": " + Files.readString(log);
        }
        throw new IOException("does not run: " + why);
    }

    private boolean listens() {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    @Override
    public void close() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }
}
