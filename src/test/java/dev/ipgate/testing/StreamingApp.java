package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** An app with an event stream and an echo that go on until their connection closes, and clients that have them. */
public final class StreamingApp {

    private StreamingApp() {}

    /** Starts one: {@code /events} ticks, {@code /tunnel} echoes, and the conversation answers the rest. */
    public static SocketApp start(SocketApp.Conversation rest) {
        return SocketApp.start((head, in, out) -> {
            if (head.startsWith("GET /events")) {
                tick(out);
            } else if (head.startsWith("GET /tunnel")) {
                echo(in, out);
            } else {
                rest.answer(head, in, out);
            }
        });
    }

    private static void tick(OutputStream out) throws IOException, InterruptedException {
        write(out, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (true) { // until the connection is closed
            write(out, "5\r\ntick\n\r\n");
            Thread.sleep(20);
        }
    }

    private static void echo(InputStream in, OutputStream out) throws IOException {
        write(out, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        for (int c = in.read(); c >= 0; c = in.read()) {
            out.write(c);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(ISO_8859_1));
        out.flush();
    }

    /** A client at this address that has had the first event. */
    public static RawClient events(TestGate gate, String from, String... headerLines) throws IOException {
        RawClient client = gate.connectFrom(from).ask("GET", "/events", headerLines);
        assertThat(client.readHead().status()).isEqualTo(200);
        assertTicks(client);
        return client;
    }

    /** A client at this address that has heard its first echo. */
    public static RawClient tunnel(TestGate gate, String from, String... headerLines) throws IOException {
        RawClient client = gate.connectHttp1From(from);
        assertThat(client.upgrade("/tunnel", headerLines).status()).isEqualTo(101);
        assertEchoes(client);
        return client;
    }

    public static void assertTicks(RawClient events) throws IOException {
        assertThat(events.chunk()).asString().startsWith("tick\n");
    }

    public static void assertEchoes(RawClient tunnel) throws IOException {
        assertThat(tunnel.send("ping").in().readNBytes(4)).asString().isEqualTo("ping");
    }
}
