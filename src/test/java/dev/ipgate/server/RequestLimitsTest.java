package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Requests that are too large, too slow, or not wanted: an answer that can be read, and a closed connection. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
class RequestLimitsTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    @AutoClose
    private final ScriptedApp app = ScriptedApp.hello();

    private TestGate gate(String limits) throws IOException {
        return TestGate.start(
                transport,
                folder,
                "upstream: " + app.url() + "\nlimits: {" + limits + "}\nrules: [{allow: 127.0.0.1}]\n");
    }

    @Test
    void aDeniedUploadGetsItsPageAndIsClosed() throws IOException {
        try (TestGate gate = gate("idle_timeout: 75s");
                RawClient client = gate.connectFrom("127.0.0.2")) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n");
            try {
                client.send(new byte[1_000_000]);
            } catch (SocketException e) {
                // closed already; the page can be read all the same
            }
            RawResponse denied = client.read();
            assertThat(denied.status()).isEqualTo(403);
            assertThat(denied.body()).contains("127.0.0.2");
            assertThat(denied.header("Connection")).isEqualTo(transport.close());
            assertThat(client.readToEnd()).isEmpty();
        }
        assertThat(app.connections()).isZero();
    }

    @Test
    void aLengthOverTheLimitIsRefusedAtOnce() throws IOException {
        try (TestGate gate = gate("request_body: 1000B");
                RawClient client = gate.connect();
                RawClient fits = gate.connect()) {
            client.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n");
            assertThat(client.read().status()).isEqualTo(413);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(app.connections()).isZero();

            fits.send("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n" + "x".repeat(1000));
            assertThat(fits.read().status()).isEqualTo(200);
        }
    }

    @Test
    void chunksOverTheLimitAreRefusedWhenTheyPassIt() throws IOException {
        try (TestGate gate = gate("request_body: 1000B");
                RawClient client = gate.connect();
                RawClient fits = gate.connect()) {
            String head = "PUT / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
            client.send(head + "3e8\r\n" + "x".repeat(1000) + "\r\n1\r\nx\r\n");
            assertThat(client.read().status()).isEqualTo(413);
            assertThat(client.readToEnd()).isEmpty();
            assertThat(app.requests()).isEmpty();

            fits.send(head + "3e8\r\n" + "x".repeat(1000) + "\r\n0\r\n\r\n");
            assertThat(fits.read().status()).isEqualTo(200);
        }
    }

    @Test
    void headersOverTheLimitAreRefused() throws IOException {
        try (TestGate gate = gate("header_bytes: 4KiB");
                RawClient client = gate.connect();
                RawClient huge = gate.connect()) {
            assertThat(client.get("/", "X: " + "x".repeat(3900)).status()).isEqualTo(200);
            RawResponse refused = client.get("/", "X: " + "x".repeat(4100));
            assertThat(refused.status()).isEqualTo(431);
            assertThat(refused.body()).contains("4096 bytes");
            assertThat(app.requests()).hasSize(1);

            huge.send("GET / HTTP/1.1\r\nHost: a\r\nX: " + "x".repeat(15_000) + "\r\n\r\n");
            RawResponse unread = huge.read();
            assertThat(unread.status()).isEqualTo(431);
            assertThat(unread.body()).contains("4096 bytes");
            if (!transport.isHttp2()) { // where its stream alone has ended
                assertThat(huge.readToEnd()).isEmpty();
            }
        }
        assertThat(app.requests()).hasSize(1);
    }

    @Test
    void anIdleConnectionIsClosed() throws IOException {
        try (TestGate gate = gate("idle_timeout: 200ms");
                RawClient used = gate.connect();
                RawClient fresh = gate.connect()) {
            assertThat(used.get("/").status()).isEqualTo(200);
            assertThat(used.readToEnd()).isEmpty();
            assertThat(fresh.readToEnd()).isEmpty();
        }
    }

    @Test
    void aStalledBodyIsAnswered() throws IOException {
        for (String start :
                new String[] {"Content-Length: 10\r\n\r\nabc", "Transfer-Encoding: chunked\r\n\r\n3\r\nabc"}) {
            try (TestGate gate = gate("idle_timeout: 200ms");
                    RawClient client = gate.connect()) {
                client.send("POST / HTTP/1.1\r\nHost: a\r\n" + start);
                assertThat(client.read().status()).isEqualTo(408);
                assertThat(client.readToEnd()).isEmpty();
            }
        }
        assertThat(app.requests()).isEmpty();
    }

    @Test
    void anAppThatThinksLongerThanTheIdleTimeoutIsWaitedFor() throws IOException {
        try (ScriptedApp slow = ScriptedApp.start(conversation -> {
                    conversation.next();
                    Thread.sleep(800);
                    conversation.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nslow");
                });
                TestGate gate = TestGate.start(
                        transport,
                        folder,
                        "upstream: " + slow.url() + "\nlimits: {idle_timeout: 100ms}\nrules: [{allow: 127.0.0.1}]\n");
                RawClient client = gate.connect()) {
            assertThat(new String(client.get("/").bytes(), StandardCharsets.US_ASCII))
                    .isEqualTo("slow");
        }
    }
}
