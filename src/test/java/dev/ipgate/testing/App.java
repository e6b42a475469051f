package dev.ipgate.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** An app behind the gate: it answers "hello" unless told otherwise, and remembers what it was asked. */
public final class App implements AutoCloseable {

    /** What the app saw of a request. */
    public record Seen(String method, String target, com.sun.net.httpserver.Headers headers, long bodyBytes) {
        public @Nullable String header(String name) {
            return headers.getFirst(name);
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Seen> seen = new CopyOnWriteArrayList<>();

    private App(HttpServer server, HttpHandler handler) {
        this.server = server;
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            try (exchange) {
                handler.handle(exchange);
            }
        });
        server.start();
    }

    /** An app that answers every request with 200 and "hello". */
    public static App start() {
        return start(App::hello);
    }

    /** An app that says "hello" at a port of choice. */
    public static App startAt(int port) throws IOException {
        return start(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0), App::hello);
    }

    /** An app that answers as it is told, over TLS. */
    public static App startTls(SSLContext identity, Answer answer) throws IOException {
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity));
        return start(server, answer);
    }

    /** Notes the request and answers it with 200 and "hello". */
    public static void hello(App app, HttpExchange exchange) throws IOException {
        app.note(exchange);
        byte[] hello = "hello\n".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("HEAD") ? -1 : hello.length);
        if (!exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseBody().write(hello);
        }
    }

    /** How an app answers. */
    @FunctionalInterface
    public interface Answer {
        void to(App app, HttpExchange exchange) throws IOException;
    }

    /** An app that answers as it is told. */
    public static App start(Answer answer) {
        try {
            return start(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), answer);
        } catch (IOException e) {
            throw new UncheckedIOException("no port to listen on", e);
        }
    }

    private static App start(HttpServer server, Answer answer) {
        App[] self = new App[1];
        App app = new App(server, exchange -> answer.to(self[0], exchange));
        self[0] = app;
        return app;
    }

    /** Reads the request's body to its end and remembers the request. */
    public Seen note(HttpExchange exchange) throws IOException {
        long bytes = 0;
        byte[] buffer = new byte[1 << 16];
        for (int read = exchange.getRequestBody().read(buffer);
                read >= 0;
                read = exchange.getRequestBody().read(buffer)) {
            bytes += read;
        }
        Seen request = new Seen(
                exchange.getRequestMethod(), exchange.getRequestURI().toString(), exchange.getRequestHeaders(), bytes);
        seen.add(request);
        return request;
    }

    public int port() {
        return server.getAddress().getPort();
    }

    public String url() {
        return (server instanceof HttpsServer ? "https" : "http") + "://127.0.0.1:" + port();
    }

    /** What it was asked, in order. */
    public List<Seen> seen() {
        return List.copyOf(seen);
    }

    public Seen last() {
        return seen.get(seen.size() - 1);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
