package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** An app that says exactly what a test tells it to, right or wrong, in the pieces that it is told. */
public final class RawApp implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 20_000;

    /** What the app does with one connection; when it returns or throws, the connection closes. */
    @FunctionalInterface
    public interface Script {
        void play(Visit visit) throws IOException;
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final AtomicInteger visits = new AtomicInteger();
    private volatile Script script;

    private RawApp(Script script) {
        this.script = script;
        server = Ports.listen(1024);
        threads.execute(this::accept);
    }

    public static RawApp start(Script script) {
        return new RawApp(script);
    }

    /** What it does with connections from now on. */
    public void plays(Script next) {
        script = next;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getLocalPort();
    }

    /** Connections so far. */
    public int visits() {
        return visits.get();
    }

    /** Connections that are open now. */
    public int open() {
        return open.size();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                open.add(socket);
                visits.incrementAndGet();
                threads.execute(() -> serve(socket));
            } catch (IOException | RejectedExecutionException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(PATIENCE_MILLIS);
            script.play(new Visit(socket));
        } catch (IOException e) {
            // the gate hung up, as tests make it do
        } finally {
            open.remove(socket);
        }
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }

    /** One connection, seen from the app. */
    public static final class Visit {

        private final Socket socket;
        private final InputStream in;

        private Visit(Socket socket) throws IOException {
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** The next request's head with the empty line at its end, or null if no more comes. */
        public @Nullable String head() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || head.indexOf("\r\n\r\n", head.length() - 4) < 0) {
                int c = in.read();
                if (c < 0) {
                    return null;
                }
                head.append((char) c);
            }
            return head.toString();
        }

        /** The path of a request, without its first slash. */
        public static String path(String head) {
            return head.substring(head.indexOf('/') + 1, head.indexOf(" HTTP/"));
        }

        /** The body that the head announces, as it stood on the wire, chunks and trailers included. */
        public String body(String head) throws IOException {
            String lower = head.toLowerCase(Locale.ROOT);
            int length = lower.indexOf("content-length:");
            if (length >= 0) {
                int from = length + "content-length:".length();
                int count = Integer.parseInt(
                        head.substring(from, head.indexOf('\r', from)).strip());
                byte[] bytes = in.readNBytes(count);
                if (bytes.length < count) {
                    throw new EOFException("the body ends after " + bytes.length + " of " + count + " bytes");
                }
                return new String(bytes, ISO_8859_1);
            }
            return lower.contains("transfer-encoding: chunked") ? chunks() : "";
        }

        private String chunks() throws IOException {
            StringBuilder wire = new StringBuilder();
            int size;
            do {
                String line = line();
                size = Integer.parseInt(line.strip(), 16);
                wire.append(line);
                for (int i = 0; i < size; i++) {
                    wire.append((char) next());
                }
                if (size > 0) {
                    wire.append(line());
                }
            } while (size > 0);
            String trailer;
            do {
                trailer = line();
                wire.append(trailer);
            } while (!trailer.equals("\r\n"));
            return wire.toString();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            do {
                line.append((char) next());
            } while (line.charAt(line.length() - 1) != '\n');
            return line.toString();
        }

        private int next() throws IOException {
            int c = in.read();
            if (c < 0) {
                throw new EOFException();
            }
            return c;
        }

        /** Reads bytes as they come; fewer at the end. */
        public String read(int count) throws IOException {
            return new String(in.readNBytes(count), ISO_8859_1);
        }

        /** Sends the pieces, each with a write of its own and a moment after it, one byte a character. */
        public Visit send(String... pieces) throws IOException {
            for (int i = 0; i < pieces.length; i++) {
                if (i > 0) {
                    pause(200);
                }
                send(pieces[i].getBytes(ISO_8859_1));
            }
            return this;
        }

        public Visit send(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
            return this;
        }

        /** Sends a text in two pieces, so that they arrive apart. */
        public Visit sendSplit(String text, int at) throws IOException {
            return send(text.substring(0, at), text.substring(at));
        }

        public Visit pause(long micros) {
            LockSupport.parkNanos(micros * 1000);
            return this;
        }

        /** Says that nothing more comes, and goes on reading. */
        public Visit finish() throws IOException {
            socket.shutdownOutput();
            return this;
        }

        /** Closes with a reset instead of an end. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Reads to the end of what the gate sends, which may be a reset, and returns it. */
        public String awaitEnd() throws IOException {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            try {
                in.transferTo(all);
            } catch (java.net.SocketTimeoutException e) {
                throw e;
            } catch (java.net.SocketException e) {
                // a reset is an end too
            }
            return all.toString(ISO_8859_1);
        }
    }
}
