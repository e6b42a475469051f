package dev.ipgate.server;

import static dev.ipgate.testing.SilentApp.answer;
import static dev.ipgate.testing.SilentApp.readHead;
import static dev.ipgate.testing.Uploads.CHUNKED;
import static dev.ipgate.testing.Uploads.conf;
import static dev.ipgate.testing.Uploads.head;
import static dev.ipgate.testing.Uploads.sendChunk;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.App;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.SilentApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Request bodies that are taken in whole before the app is contacted, and those that are not. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class RequestBufferingTest {

    @Parameter
    private Transport transport;

    private static final long PATIENCE_NANOS = 20_000_000_000L;

    @TempDir
    private Path folder;

    @AutoClose
    private final SilentApp app = SilentApp.start();

    private TestGate gate(String buffering, String limits) throws IOException {
        return TestGate.start(transport, folder, conf(app.url(), buffering, limits));
    }

    /** An app that answers with the framing it saw, and the size and the hash of the body. */
    private static App hashingApp() throws IOException {
        return App.start((app, exchange) -> {
            MessageDigest digest = sha256();
            byte[] buffer = new byte[1 << 16];
            long bytes = 0;
            for (int read = exchange.getRequestBody().read(buffer);
                    read >= 0;
                    read = exchange.getRequestBody().read(buffer)) {
                digest.update(buffer, 0, read);
                bytes += read;
            }
            String seen = exchange.getRequestHeaders().getFirst("Content-Length") + " "
                    + exchange.getRequestHeaders().getFirst("Transfer-Encoding") + " " + bytes + " "
                    + HexFormat.of().formatHex(digest.digest());
            exchange.sendResponseHeaders(200, seen.length());
            exchange.getResponseBody().write(seen.getBytes(US_ASCII));
        });
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] random(int size) {
        byte[] body = new byte[size];
        new Random(size).nextBytes(body);
        return body;
    }

    private static void sendChunks(RawClient client, byte[] body, int chunk) throws IOException {
        for (int at = 0; at < body.length; at += chunk) {
            sendChunk(client, body, at, Math.min(chunk, body.length - at));
        }
        client.send("0\r\n\r\n");
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + PATIENCE_NANOS;
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waiting until %s", what).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static void awaitEmptySpool(TestGate gate) {
        await("the spool is empty", () -> gate.gate().spooledBytes() == 0);
        assertThat(openSpoolFiles()).isEmpty();
    }

    /** What this process has open of the spool, as Linux names it. */
    private static List<String> openSpoolFiles() {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.map(RequestBufferingTest::target)
                    .filter(target -> target.contains("ipgate-spool"))
                    .toList();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException e) {
            return ""; // closed since it was listed
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 16_384, 16_385, 65_535, 65_536, 65_537, 131_072, 20_000_000})
    void aChunkedUploadArrivesWholeWithItsLength(int size) throws IOException {
        byte[] body = random(size);
        String expected = size + " null " + size + " " + HexFormat.of().formatHex(sha256().digest(body));
        for (String buffering : List.of("chunked", "all")) {
            try (App hashing = hashingApp();
                    TestGate gate = TestGate.start(transport, folder, conf(hashing.url(), buffering, "spool: 2GiB"));
                    RawClient client = gate.connect()) {
                for (int chunk : List.of(1 << 20, 50_000)) { // twice on the same connections
                    client.send(head("POST", CHUNKED));
                    sendChunks(client, body, chunk);

                    assertThat(client.read().body()).isEqualTo(expected);
                }
                awaitEmptySpool(gate);
            }
        }
    }

    @Test
    void allBuffersAnUploadThatHasALengthToo() throws IOException {
        byte[] body = random(300_000);
        try (TestGate gate = gate("all", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("PUT", "Content-Length: 300000\r\n"));
            client.send(Arrays.copyOf(body, 200_000));
            await("some of it is spooled", () -> gate.gate().spooledBytes() > 100_000);
            assertThat(app.isContacted()).isFalse();

            client.send(Arrays.copyOfRange(body, 200_000, 300_000));
            try (Socket connection = app.accept()) {
                assertThat(readHead(connection.getInputStream()))
                        .containsIgnoringCase("\r\nContent-Length: 300000\r\n")
                        .doesNotContain("Transfer-Encoding");
                assertThat(connection.getInputStream().readNBytes(300_000)).isEqualTo(body);
                answer(connection, "stored");
            }
            assertThat(client.read().body()).isEqualTo("stored");
            awaitEmptySpool(gate);
        }
    }

    @ParameterizedTest(name = "{0} streams a body with {1}")
    @CsvSource(textBlock = """
            off,     Transfer-Encoding: chunked
            off,     Content-Length: 5
            chunked, Content-Length: 5
            """)
    void whatIsNotBufferedStreams(String buffering, String framing) throws IOException {
        try (TestGate gate = gate(buffering, "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("POST", framing + "\r\n"));
            try (Socket connection = app.accept()) { // before any of the body was sent
                assertThat(readHead(connection.getInputStream())).containsIgnoringCase("\r\n" + framing + "\r\n");
                answer(connection, "early");
                assertThat(client.read().body()).isEqualTo("early");
            }
        }
    }

    @Test
    void theAppSeesAPlainMessageWithoutTrailersExpectationOrUpgrade() throws IOException {
        try (TestGate gate = gate("chunked", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head(
                    "POST",
                    CHUNKED,
                    "Trailer: X-Sum\r\n",
                    "Expect: 100-continue\r\n",
                    "Connection: Upgrade\r\n",
                    "Upgrade: websocket\r\n"));
            assertThat(client.readHead().status()).isEqualTo(100);
            assertThat(app.isContacted()).isFalse();

            client.send("5;a=b\r\nhello\r\n0\r\nX-Sum: 5d41\r\n\r\n");
            try (Socket connection = app.accept()) {
                assertThat(readHead(connection.getInputStream()))
                        .contains("\r\nContent-Length: 5\r\n")
                        .doesNotContainIgnoringCase("Transfer-Encoding")
                        .doesNotContainIgnoringCase("Expect")
                        .doesNotContainIgnoringCase("Trailer")
                        .doesNotContainIgnoringCase("Upgrade");
                assertThat(connection.getInputStream().readNBytes(5))
                        .asString(US_ASCII)
                        .isEqualTo("hello");
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(US_ASCII)); // nobody waits for it any more
                answer(connection, "done");
                assertThat(client.read().body()).isEqualTo("done");
                connection.shutdownOutput();
                assertThat(connection.getInputStream().readAllBytes()).isEmpty();
            }
        }
    }

    @Test
    void theDeniedAreNotToldToContinue() throws IOException {
        try (TestGate gate = gate("all", "spool: 1MiB");
                RawClient client = gate.connectFrom("127.0.0.2")) {
            client.send(head("POST", CHUNKED, "Expect: 100-continue\r\n"));

            assertThat(client.read().status()).isEqualTo(403);
            assertThat(app.isContacted()).isFalse();
        }
    }

    @Test
    void theFileHasNoNameWhileItIsOpen() throws IOException {
        try (TestGate gate = gate("chunked", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("POST", CHUNKED));
            sendChunk(client, random(200_000), 0, 200_000);
            await("some of it is spooled", () -> gate.gate().spooledBytes() > 100_000);
            await("the file is open", () -> openSpoolFiles().stream().anyMatch(file -> file.endsWith(" (deleted)")));

            assertThat(openSpoolFiles()).singleElement().asString().startsWith(System.getProperty("java.io.tmpdir"));
            try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                assertThat(files.map(Path::getFileName).map(Path::toString))
                        .noneMatch(name -> name.startsWith("ipgate-spool"));
            }
        }
    }

    @Test
    void whatWouldPassTheLimitIsRefusedAndTheRestGoesOn() throws IOException {
        byte[] body = random(700_000);
        try (App hashing = hashingApp();
                TestGate gate = TestGate.start(transport, folder, conf(hashing.url(), "chunked", "spool: 1MiB"));
                RawClient first = gate.connect();
                RawClient second = gate.connect()) {
            first.send(head("POST", CHUNKED));
            sendChunk(first, body, 0, body.length);
            await("the first is spooled", () -> gate.gate().spooledBytes() > 600_000);
            second.send(head("POST", CHUNKED));
            sendChunk(second, body, 0, body.length);

            RawResponse refused = second.read();
            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.header("Retry-After")).isEqualTo("1");
            assertThat(refused.body()).doesNotContain(System.getProperty("java.io.tmpdir") + "/");
            await("the second's file is gone", () -> gate.gate().spooledBytes() <= body.length);
            first.send("0\r\n\r\n");
            assertThat(first.read().body()).startsWith("700000 null 700000 ");
            awaitEmptySpool(gate);
            try (RawClient third = gate.connect()) {
                third.send(head("POST", CHUNKED));
                sendChunks(third, body, 1 << 16);
                assertThat(third.read().status()).isEqualTo(200);
            }
            awaitEmptySpool(gate);
        }
    }

    @Test
    void aReloadChangesTheLimit() throws IOException {
        byte[] body = random(700_000);
        try (App hashing = hashingApp();
                TestGate gate = TestGate.start(transport, folder, conf(hashing.url(), "chunked", "spool: 512KiB"))) {
            for (int status : List.of(503, 200)) {
                try (RawClient client = gate.connect()) {
                    client.send(head("POST", CHUNKED));
                    sendChunk(client, body, 0, body.length);
                    if (status == 200) {
                        client.send("0\r\n\r\n");
                    }
                    assertThat(client.read().status()).isEqualTo(status);
                }
                gate.reload(conf(hashing.url(), "chunked", "spool: 1MiB"));
            }
            awaitEmptySpool(gate);
        }
    }

    @Test
    void aClientThatLeavesWhileItSendsLeavesNothingBehind() throws IOException {
        try (TestGate gate = gate("all", "spool: 64MiB")) {
            for (int i = 0; i < 20; i++) {
                try (RawClient client = gate.connect()) {
                    client.send(head("POST", i % 2 == 0 ? CHUNKED : "Content-Length: 1000000\r\n"));
                    if (i % 2 == 0) {
                        sendChunk(client, random(300_000), 0, 300_000);
                    } else {
                        client.send(random(300_000));
                    }
                    await("some of it is spooled", () -> gate.gate().spooledBytes() > 100_000);
                    client.socket().setSoLinger(i % 4 < 2, 0); // a reset, or an end
                }
                awaitEmptySpool(gate);
            }
            assertThat(app.isContacted()).isFalse();
        }
    }

    @Test
    void aClientThatLeavesWhileTheAppIsSlowLeavesNothingBehind() throws IOException {
        try (TestGate gate = gate("all", "spool: 64MiB")) {
            try (RawClient client = gate.connect()) {
                client.send(head("POST", CHUNKED));
                sendChunks(client, random(20_000_000), 1 << 20);
                try (Socket connection = app.accept()) {
                    readHead(connection.getInputStream());
                    client.socket().close();
                    awaitEmptySpool(gate);
                    assertThat(connection.getInputStream().readAllBytes()).hasSizeLessThan(20_000_000);
                }
            }
        }
    }

    @Test
    void aBodyWithALengthThatIsCutShortNeverReachesTheApp() throws IOException {
        try (TestGate gate = gate("all", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("POST", "Content-Length: 200000\r\n")).send(random(100_000));
            client.socket().shutdownOutput();

            assertThat(client.isClosedByServer()).isTrue();
            assertThat(app.isContacted()).isFalse();
            awaitEmptySpool(gate);
        }
    }

    @Test
    void requestsThatFollowAChunkedBodyAreServed() throws IOException {
        try (App hashing = hashingApp()) {
            for (String buffering : List.of("off", "chunked")) {
                try (TestGate gate = TestGate.start(transport, folder, conf(hashing.url(), buffering, "spool: 1MiB"));
                        RawClient client = gate.connect()) {
                    String upload = head("POST", CHUNKED) + "5\r\nhello\r\n0\r\n\r\n";
                    client.send(upload + upload + head("GET") + upload);

                    for (String bytes : List.of(" 5 ", " 5 ", " 0 ", " 5 ")) {
                        assertThat(client.read().body()).as(buffering).contains(bytes);
                    }
                }
            }
        }
    }

    @ParameterizedTest(name = "{0} with {1}")
    @CsvSource(textBlock = """
            off,     Transfer-Encoding: chunked
            off,     Content-Length: 15
            chunked, Transfer-Encoding: chunked
            chunked, Content-Length: 15
            all,     Transfer-Encoding: chunked
            all,     Content-Length: 15
            """)
    void theLastRequestOfAConnectionIsAnsweredAndItsClientWatched(String buffering, String framing) throws IOException {
        String request = head("POST", framing + "\r\n", "Connection: close\r\n") + "5\r\nhello\r\n0\r\n\r\n";
        try (TestGate gate = gate(buffering, "spool: 1MiB");
                RawClient patient = gate.connect()) {
            patient.send(request);
            try (Socket connection = app.accept()) {
                readHead(connection.getInputStream());
                // long enough for whoever watches the client to take it for gone
                assertThat(isQuietFor(100, connection)).isTrue();
                answer(connection, "done");
                assertThat(patient.read().body()).isEqualTo("done");
                assertThat(patient.isClosedByServer()).isTrue();
            }
        }
        try (TestGate gate = gate(buffering, "spool: 1MiB");
                RawClient hasty = gate.connect()) {
            hasty.send(request);
            try (Socket connection = app.accept()) {
                readHead(connection.getInputStream());
                hasty.socket().close();
                assertThat(isQuietFor(20_000, connection)).isFalse();
            }
        }
    }

    /** Whether the gate, having sent the rest of the body, leaves a connection open for so long. */
    private static boolean isQuietFor(int millis, Socket connection) throws IOException {
        connection.setSoTimeout(millis);
        try {
            connection.getInputStream().readAllBytes();
            return false;
        } catch (SocketTimeoutException e) {
            return true;
        } finally {
            connection.setSoTimeout(20_000);
        }
    }

    @Test
    void anAppThatLeavesInTheMiddleLeavesNothingBehind() throws IOException {
        try (TestGate gate = gate("all", "spool: 64MiB");
                RawClient client = gate.connect()) {
            client.send(head("PUT", CHUNKED));
            sendChunks(client, random(20_000_000), 1 << 20);
            try (Socket connection = app.accept()) {
                readHead(connection.getInputStream());
            }
            assertThat(client.read().status()).isEqualTo(502);
            awaitEmptySpool(gate);
        }
    }

    @Test
    void aStreamedBodyInChunksIsNotSentAgain() throws IOException {
        try (TestGate gate = gate("off", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("GET"));
            try (Socket connection = app.accept()) {
                InputStream in = new BufferedInputStream(connection.getInputStream());
                readHead(in);
                answer(connection, "first");
                assertThat(client.read().body()).isEqualTo("first");
                client.send(head("GET", CHUNKED) + "5\r\nhello\r\n0\r\n\r\n");
                readHead(in);
                assertThat(in.readNBytes(15)).hasSize(15);
            }
            assertThat(client.read().status()).isEqualTo(502);
            assertThat(app.isContacted()).isFalse();
        }
    }

    @Test
    void aBodyThatIsTooLargeIsRefused() throws IOException {
        try (TestGate gate = gate("chunked", "request_body: 150000B");
                RawClient client = gate.connect()) {
            client.send(head("POST", CHUNKED));
            sendChunk(client, random(200_000), 0, 200_000);

            assertThat(client.read().status()).isEqualTo(413);
            assertThat(app.isContacted()).isFalse();
            awaitEmptySpool(gate);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 200_000})
    void aBodyThatStallsIsRefused(int sent) throws IOException {
        try (TestGate gate = gate("chunked", "idle_timeout: 500ms");
                RawClient client = gate.connect()) {
            client.send(head("POST", CHUNKED));
            sendChunk(client, random(sent), 0, sent);

            assertThat(client.read().status()).isEqualTo(408);
            assertThat(app.isContacted()).isFalse();
            awaitEmptySpool(gate);
        }
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(textBlock = """
            PUT,    200
            DELETE, 200
            POST,   502
            """)
    void aSpooledBodyIsSentAgainIfThatDoesNoHarm(String method, int status) throws IOException {
        byte[] body = random(200_000);
        try (TestGate gate = gate("chunked", "spool: 1MiB");
                RawClient client = gate.connect()) {
            client.send(head("GET"));
            try (Socket connection = app.accept()) {
                InputStream in = new BufferedInputStream(connection.getInputStream());
                readHead(in);
                answer(connection, "first");
                assertThat(client.read().body()).isEqualTo("first");
                client.send(head(method, CHUNKED));
                sendChunks(client, body, 1 << 16);
                readHead(in);
                assertThat(in.readNBytes(100_000)).hasSize(100_000); // and it dies in the middle of the body
            }
            if (status == 200) {
                try (Socket connection = app.accept()) {
                    readHead(connection.getInputStream());
                    assertThat(connection.getInputStream().readNBytes(body.length))
                            .isEqualTo(body);
                    answer(connection, "second");
                }
            }
            assertThat(client.read().status()).isEqualTo(status);
            awaitEmptySpool(gate);
        }
    }

    @Test
    void anEarlyAnswerEndsTheSpooledUpload() throws IOException {
        try (TestGate gate = gate("chunked", "spool: 64MiB");
                RawClient client = gate.connect()) {
            client.send(head("POST", CHUNKED));
            sendChunks(client, random(20_000_000), 1 << 20);
            try (Socket connection = app.accept()) {
                readHead(connection.getInputStream());
                answer(connection, "enough");
                assertThat(client.read().body()).isEqualTo("enough");
                awaitEmptySpool(gate);
            }
            client.send(head("GET")); // the client's connection is as good as new
            try (Socket connection = app.accept()) {
                readHead(connection.getInputStream());
                answer(connection, "next");
                assertThat(client.read().body()).isEqualTo("next");
            }
        }
    }

    @Test
    void aLargeBodyWaitsForASlowAppOnTheDiskAndNotInMemory() throws IOException {
        int chunks = 200;
        byte[] megabyte = random(1 << 20);
        MessageDigest sent = sha256();
        MessageDigest arrived = sha256();
        try (TestGate gate = gate("chunked", "spool: 2GiB");
                RawClient client = gate.connect()) {
            long memory = memoryInUse();
            client.send(head("POST", CHUNKED));
            for (int i = 0; i < chunks; i++) {
                megabyte[0] = (byte) i;
                sent.update(megabyte);
                sendChunk(client, megabyte, 0, megabyte.length);
            }
            client.send("0\r\n\r\n");
            try (Socket connection = app.accept()) {
                InputStream in = new BufferedInputStream(connection.getInputStream());
                readHead(in);
                assertThat(gate.gate().spooledBytes()).isEqualTo((long) chunks << 20);
                byte[] some = new byte[10_000];
                for (int i = 0; i < 1000; i++) {
                    arrived.update(some, 0, in.readNBytes(some, 0, some.length));
                }
                assertThat(memoryInUse() - memory).isLessThan(16L << 20);
                for (long left = ((long) chunks << 20) - 10_000_000; left > 0; ) {
                    int read = in.readNBytes(some, 0, (int) Math.min(left, some.length));
                    arrived.update(some, 0, read);
                    left -= read;
                }
                answer(connection, "done");
            }
            assertThat(client.read().body()).isEqualTo("done");
            assertThat(arrived.digest()).isEqualTo(sent.digest());
            awaitEmptySpool(gate);
        }
    }

    /** Bytes of the heap that are reachable, and of direct buffers. */
    private static long memoryInUse() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
                + ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
                        .filter(pool -> pool.getName().equals("direct"))
                        .mapToLong(BufferPoolMXBean::getMemoryUsed)
                        .sum();
    }
}
