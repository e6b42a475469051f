package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An app that is nothing but sockets: it counts its connections and writes on them exactly what a test wants. */
public final class SocketApp implements AutoCloseable {

    /** Answers one request, whose body has been read; may take as long as it likes, and go on to another protocol. */
    @FunctionalInterface
    public interface Conversation {
        void answer(String head, InputStream in, OutputStream out) throws IOException, InterruptedException;
    }

    private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: *([0-9]+)\r\n");

    private final ServerSocket listener;
    private final Conversation conversation;
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger requests = new AtomicInteger();
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final ThreadGroup threads = new ThreadGroup("app");

    private SocketApp(Conversation conversation) {
        this.conversation = conversation;
        listener = Ports.listen(200);
        start("accept", this::accept);
    }

    public static SocketApp start(Conversation conversation) {
        return new SocketApp(conversation);
    }

    /** An app that answers every request with this text. */
    public static SocketApp saying(String text) {
        return start(says(text));
    }

    /** Answers with 200 and this text. */
    public static Conversation says(String text) {
        byte[] answer =
                ("HTTP/1.1 200 OK\r\nContent-Length: " + text.length() + "\r\n\r\n" + text).getBytes(ISO_8859_1);
        return (head, in, out) -> out.write(answer);
    }

    public String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    /** How many connections there have been. */
    public int accepted() {
        return accepted.get();
    }

    /** How many connections there are: those that neither side has closed. */
    public int open() {
        return open.size();
    }

    /** How many requests have arrived. */
    public int requests() {
        return requests.get();
    }

    private void start(String name, Runnable task) {
        Thread thread = new Thread(threads, task, "app-" + name);
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                socket.setTcpNoDelay(true);
                accepted.incrementAndGet();
                open.add(socket);
                start("connection", () -> serve(socket));
            } catch (IOException e) {
                return; // closed
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            for (String head = head(in); !head.isEmpty(); head = head(in)) {
                Matcher length = LENGTH.matcher(head);
                in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
                requests.incrementAndGet();
                conversation.answer(head, in, socket.getOutputStream());
                socket.getOutputStream().flush();
            }
        } catch (IOException | InterruptedException e) {
            // the gate or the test has ended the conversation
        } finally {
            open.remove(socket);
        }
    }

    /** A request's head with its empty line; empty at the end of the connection. */
    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.length() < 4 || !head.substring(head.length() - 4).equals("\r\n\r\n")) {
            int c = in.read();
            if (c < 0) {
                return "";
            }
            head.append((char) c);
        }
        return head.toString();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
        threads.interrupt();
    }
}
