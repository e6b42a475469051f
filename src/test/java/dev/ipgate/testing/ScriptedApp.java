package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An app that says exactly the bytes it is told to say, and remembers exactly the bytes it was asked. */
public final class ScriptedApp implements AutoCloseable {

    /** A request as it stood on the wire, one character a byte. */
    public static final class Request {

        private final String head;
        private final byte[] body;

        Request(String head, byte[] body) {
            this.head = head;
            this.body = body;
        }

        public String head() {
            return head;
        }

        public byte[] body() {
            return body.clone();
        }

        public String line() {
            return head.substring(0, head.indexOf("\r\n"));
        }

        public String target() {
            return line().split(" ", -1)[1];
        }

        /** All values of a header, in order. */
        public List<String> headers(String name) {
            String prefix = name.toLowerCase(Locale.ROOT) + ":";
            return head.lines()
                    .filter(line -> line.toLowerCase(Locale.ROOT).startsWith(prefix))
                    .map(line -> line.substring(prefix.length()).strip())
                    .toList();
        }

        /** The only value of a header; null if there is none. */
        public @Nullable String header(String name) {
            List<String> values = headers(name);
            if (values.size() > 1) {
                throw new AssertionError(name + " is there more than once: " + values);
            }
            return values.isEmpty() ? null : values.get(0);
        }
    }

    /** What the app does with one connection, which is closed when it is over. */
    @FunctionalInterface
    public interface Script {
        void play(Conversation conversation) throws IOException, InterruptedException;
    }

    /** One connection, seen from the app. */
    public final class Conversation {

        private final int number;
        private final Socket socket;
        private final InputStream in;

        private Conversation(int number, Socket socket) throws IOException {
            this.number = number;
            this.socket = socket;
            this.in = new BufferedInputStream(socket.getInputStream());
        }

        /** Counted from 1, in the order in which they were opened. */
        public int number() {
            return number;
        }

        public InputStream in() {
            return in;
        }

        /** Reads a request whole. */
        public Request next() throws IOException {
            Request head = readHead();
            return remember(new Request(head.head, readBody(head)));
        }

        /** Reads a request's head and leaves the body where it is. */
        public Request nextHead() throws IOException {
            return remember(readHead());
        }

        public byte[] readBody(Request head) throws IOException {
            String length = head.header("Content-Length");
            if (head.header("Transfer-Encoding") != null) {
                return chunks();
            }
            return length == null ? new byte[0] : exactly(Integer.parseInt(length));
        }

        public void say(String bytes) throws IOException {
            say(bytes.getBytes(ISO_8859_1));
        }

        public void say(byte[] bytes) throws IOException {
            socket.getOutputStream().write(bytes);
        }

        /** Ends the connection with a reset. */
        public void reset() throws IOException {
            socket.setSoLinger(true, 0);
            socket.close();
        }

        /** Waits until the gate closes the connection. */
        public void awaitEnd() throws IOException {
            in.readAllBytes();
            ended.incrementAndGet();
        }

        private Request readHead() throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
                int c = in.read();
                if (c < 0) {
                    throw new EOFException("the gate closed after \"" + head + "\"");
                }
                head.append((char) c);
            }
            return new Request(head.toString(), new byte[0]);
        }

        private byte[] chunks() throws IOException {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            int size;
            do {
                size = Integer.parseInt(line(), 16);
                body.write(exactly(size));
                line();
            } while (size > 0);
            return body.toByteArray();
        }

        private String line() throws IOException {
            StringBuilder line = new StringBuilder();
            for (int c = in.read(); c != '\n'; c = in.read()) {
                if (c < 0) {
                    throw new EOFException("the gate closed within a chunked body");
                }
                line.append((char) c);
            }
            return line.toString().strip();
        }

        private byte[] exactly(int bytes) throws IOException {
            byte[] read = in.readNBytes(bytes);
            if (read.length < bytes) {
                throw new EOFException("the gate closed after " + read.length + " of " + bytes + " bytes");
            }
            return read;
        }
    }

    private final ServerSocket server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final AtomicInteger ended = new AtomicInteger();
    private final Script script;

    private ScriptedApp(Script script) {
        this.script = script;
        server = Ports.listen(50);
        threads.execute(this::accept);
    }

    public static ScriptedApp start(Script script) {
        return new ScriptedApp(script);
    }

    /** An app that answers every request with the same bytes and keeps its connections. */
    public static ScriptedApp answering(String answer) {
        return start(conversation -> {
            while (true) {
                conversation.next();
                conversation.say(answer);
            }
        });
    }

    /** An app that answers every request with 200 and "hello". */
    public static ScriptedApp hello() {
        return answering("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                open.add(socket);
                Conversation conversation = new Conversation(connections.incrementAndGet(), socket);
                threads.execute(() -> play(conversation));
            }
        } catch (IOException | RejectedExecutionException e) {
            // closed: the test is over
        }
    }

    private void play(Conversation conversation) {
        try (Socket socket = conversation.socket) {
            socket.setTcpNoDelay(true);
            script.play(conversation);
        } catch (IOException e) {
            // the gate closed, which every loop of a script ends with
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            open.remove(conversation.socket);
        }
    }

    private Request remember(Request request) {
        requests.add(request);
        return request;
    }

    public int port() {
        return server.getLocalPort();
    }

    public String url() {
        return "http://127.0.0.1:" + port();
    }

    /** What it was asked, in order. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public Request last() {
        return requests.get(requests.size() - 1);
    }

    /** How many connections have been opened to it. */
    public int connections() {
        return connections.get();
    }

    /** How many connections its scripts have not done with. */
    public int open() {
        return open.size();
    }

    /** How many connections the gate has closed while {@link Conversation#awaitEnd} waited for it. */
    public int ended() {
        return ended.get();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.shutdownNow();
    }
}
