package dev.ipgate;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.GateProcess;
import dev.ipgate.testing.GateProcess.Launch;
import dev.ipgate.testing.RawClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bodies far larger than the heap pass unharmed in both directions, because they stream. */
class BigBodiesIT {

    private static final int CHUNK = 1 << 20;
    private static final int CHUNKS = 300;
    private static final long SIZE = (long) CHUNK * CHUNKS;
    private static final long SEED = 300;

    private static final String CONF = """
            listen: "127.0.0.1:0"
            upstream: APP
            rules: [{allow: 127.0.0.1}]
            """;

    @TempDir
    private Path folder;

    @AutoClose
    private App app;

    private String hash;

    @BeforeEach
    void startApp() throws IOException {
        try (OutputStream nowhere = OutputStream.nullOutputStream()) {
            hash = send(nowhere);
        }
        app = App.start((self, exchange) -> {
            if (exchange.getRequestMethod().equals("PUT")) {
                byte[] received =
                        receive(exchange.getRequestBody(), Long.MAX_VALUE).getBytes(ISO_8859_1);
                exchange.sendResponseHeaders(200, received.length);
                exchange.getResponseBody().write(received);
            } else {
                exchange.sendResponseHeaders(
                        200, exchange.getRequestURI().getPath().equals("/chunked") ? 0 : SIZE);
                send(exchange.getResponseBody());
            }
        });
    }

    @Test
    void threeHundredMegabytesPassThroughASmallHeap() throws IOException {
        try (GateProcess gate = Launch.plain().with("-Xmx64m").serve(folder, CONF.replace("APP", app.url()));
                RawClient client = RawClient.connect(gate.address())) {
            client.send("PUT /artifact HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + SIZE + "\r\n\r\n");
            send(client.socket().getOutputStream());
            assertThat(client.read().body()).isEqualTo(hash);

            client.send("GET /artifact HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readHead().header("Content-Length")).isEqualTo(Long.toString(SIZE));
            assertThat(receive(client.in(), SIZE)).isEqualTo(hash);

            assertThat(gate.err()).doesNotContain("OutOfMemory", "Exception");
        }
    }

    @Test
    void andWithoutALengthThroughAHeapOfTheUsualSize() throws IOException {
        try (GateProcess gate = Launch.plain().serve(folder, CONF.replace("APP", app.url()));
                RawClient client = RawClient.connect(gate.address())) {
            client.send("PUT /artifact HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
            byte[] size = (Integer.toHexString(CHUNK) + "\r\n").getBytes(ISO_8859_1);
            Random random = new Random(SEED);
            byte[] chunk = new byte[CHUNK];
            for (int i = 0; i < CHUNKS; i++) {
                random.nextBytes(chunk);
                client.send(size).send(chunk).send("\r\n");
            }
            client.send("0\r\n\r\n");
            assertThat(client.read().body()).isEqualTo(hash);

            client.send("GET /chunked HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readHead().header("Transfer-Encoding")).isEqualTo("chunked");
            MessageDigest digest = sha256();
            for (byte[] part = client.chunk(); part.length > 0; part = client.chunk()) {
                digest.update(part);
            }
            assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(hash);
        }
    }

    /** Writes what the seed makes, and returns its hash. */
    private static String send(OutputStream out) throws IOException {
        Random random = new Random(SEED);
        MessageDigest digest = sha256();
        byte[] chunk = new byte[CHUNK];
        for (int i = 0; i < CHUNKS; i++) {
            random.nextBytes(chunk);
            digest.update(chunk);
            out.write(chunk);
        }
        out.flush();
        return HexFormat.of().formatHex(digest.digest());
    }

    private static String receive(InputStream in, long most) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[CHUNK];
        long left = most;
        while (left > 0) {
            int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (read < 0) {
                break;
            }
            digest.update(buffer, 0, read);
            left -= read;
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java has it", e);
        }
    }
}
