package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.ipgate.server.HtmlText;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A stand-in for the app, so that {@code serve --demo} shows at once what the gate does: it answers with what it
 * received. Passwords are not repeated, and nothing is logged.
 */
public final class DemoApp implements AutoCloseable {

    private static final int THREADS = 8;
    private static final int BUFFER = 64 * 1024;

    /** What the gate sets or passes on; other headers are counted. */
    private static final List<String> SHOWN = List.of(
            "Host",
            "X-Forwarded-For",
            "X-Real-IP",
            "X-Forwarded-Proto",
            "X-Forwarded-Host",
            "X-Forwarded-Port",
            "Forwarded",
            "CF-Connecting-IP",
            "Via",
            "Origin",
            "X-Request-Id",
            "User-Agent");

    private final HttpServer server;
    private final ThreadPoolExecutor threads;

    private DemoApp(HttpServer server) {
        this.server = server;
        this.threads =
                new ThreadPoolExecutor(THREADS, THREADS, 1, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ipgate-demo");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Starts it.
     *
     * @param address a loopback address; port 0 for any free one
     * @throws IOException if the port is taken; the message says so
     * @throws IllegalArgumentException if other machines could reach the address
     */
    public static DemoApp start(InetSocketAddress address) throws IOException {
        if (address.isUnresolved() || !address.getAddress().isLoopbackAddress()) {
            throw new IllegalArgumentException("the demo app answers on this machine only, not on \""
                    + address.getHostString() + "\"; the upstream must be 127.0.0.1 or [::1] for it");
        }
        // The JDK's server writes head and body apart; without this, each answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        HttpServer server;
        try {
            server = HttpServer.create(address, 0);
        } catch (BindException e) {
            throw new IOException(
                    "the demo app cannot listen on " + address.getHostString() + ":" + address.getPort()
                            + ": another program, perhaps the app itself, does; leave out --demo or stop it",
                    e);
        }
        DemoApp app = new DemoApp(server);
        server.createContext("/", app::answer);
        server.setExecutor(app.threads);
        app.startAsDaemon();
        return app;
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return server.getAddress();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    /** The server's own thread is a daemon if the thread that starts it is one, and not otherwise. */
    private void startAsDaemon() {
        Thread starter = new Thread(server::start, "ipgate-demo-start");
        starter.setDaemon(true);
        starter.start();
        try {
            starter.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            long size = count(exchange.getRequestBody());
            String text = describe(exchange, size);
            String accept = exchange.getRequestHeaders().getFirst("Accept");
            boolean html = accept != null && accept.contains("text/html");
            byte[] body = (html ? page(text) : text).getBytes(UTF_8);
            exchange.getResponseHeaders()
                    .set("Content-Type", html ? "text/html; charset=utf-8" : "text/plain; charset=utf-8");
            exchange.getResponseHeaders().set("Cache-Control", "no-store");
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(200, -1);
            } else {
                exchange.sendResponseHeaders(200, body.length);
                exchange.getResponseBody().write(body);
            }
        }
    }

    private static String describe(HttpExchange exchange, long size) {
        Headers headers = exchange.getRequestHeaders();
        StringBuilder text = new StringBuilder("This is ipgate's demo app. The request reached it as:\n\n")
                .append(exchange.getRequestMethod())
                .append(' ')
                .append(exchange.getRequestURI())
                .append('\n');
        int shown = 0;
        for (String name : SHOWN) {
            for (String value : headers.getOrDefault(name, List.of())) {
                text.append(name).append(": ").append(value).append('\n');
            }
            shown += headers.containsKey(name) ? 1 : 0;
        }
        if (headers.containsKey("Authorization")) {
            text.append("Authorization: (sent, not shown)\n");
            shown++;
        }
        return text.append("\nother headers: ")
                .append(headers.size() - shown)
                .append("\nbody: ")
                .append(size)
                .append(" bytes\n")
                .toString();
    }

    private static String page(String text) {
        return "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>ipgate's demo app</title>\n"
                + "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                + "<meta name=\"color-scheme\" content=\"light dark\">\n"
                + "<style>body{max-width:44rem;margin:2rem auto;padding:0 1rem;font:1rem/1.5 system-ui,sans-serif}"
                + "pre{white-space:pre-wrap;overflow-wrap:anywhere}</style>\n"
                + "<h1>You are in</h1>\n<pre>" + HtmlText.escape(text) + "</pre>\n</html>\n";
    }

    private static long count(InputStream body) throws IOException {
        byte[] buffer = new byte[BUFFER];
        long size = 0;
        for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
            size += read;
        }
        return size;
    }
}
