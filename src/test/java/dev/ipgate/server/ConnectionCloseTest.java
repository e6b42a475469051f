package dev.ipgate.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.RawResponse;
import dev.ipgate.testing.ScriptedApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** HTTP/1 alone: clients that end their connection with the answer, and those of HTTP/1.0, which mostly do. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS"})
class ConnectionCloseTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private TestGate gate(ScriptedApp app) throws IOException {
        return gate(app, "");
    }

    private TestGate gate(ScriptedApp app, String more) throws IOException {
        return TestGate.start(transport, folder, "upstream: " + app.url() + "\nrules: [{allow: 127.0.0.1}]\n" + more);
    }

    @Test
    void anHttp10ClientNeedNotNameAHost() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app);
                RawClient old = gate.connect()) {
            assertThat(old.send("GET / HTTP/1.0\r\n\r\n").read().status()).isEqualTo(200);
        }
    }

    @Test
    void anHttp10ClientGetsNoChunks() throws IOException {
        try (ScriptedApp app = ScriptedApp.start(conversation -> {
                    conversation.next();
                    conversation.say("HTTP/1.1 200 OK\r\n\r\nuntil ");
                    conversation.say("the end");
                });
                TestGate gate = gate(app);
                RawClient old = gate.connect()) {
            RawResponse answer = old.send("GET / HTTP/1.0\r\n\r\n").read();
            assertThat(answer.header("Transfer-Encoding")).isNull();
            assertThat(answer.body()).isEqualTo("until the end");
        }
    }

    @Test
    void anHttp10ClientIsAnsweredAndKeptIfItAsks() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app);
                RawClient kept = gate.connect();
                RawClient closed = gate.connect()) {
            for (int i = 0; i < 2; i++) {
                kept.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
                assertThat(kept.read().body()).isEqualTo("hello");
            }
            assertThat(closed.send("GET / HTTP/1.0\r\n\r\n").read().body()).isEqualTo("hello");
            assertThat(closed.readToEnd()).isEmpty();
        }
    }

    @Test
    void aClientThatWantsToCloseIsClosed() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app);
                RawClient client = gate.connect()) {
            RawResponse answer = client.get("/", "Connection: close");
            assertThat(answer.header("Connection")).isEqualToIgnoringCase("close");
            assertThat(answer.body()).isEqualTo("hello");
            assertThat(client.readToEnd()).isEmpty();
        }
    }

    @Test
    void aConnectionThatHasClosedCountsNoMore() throws IOException {
        try (ScriptedApp app = ScriptedApp.hello();
                TestGate gate = gate(app, "limits: {connections: 2}\n")) {
            for (int i = 0; i < 10; i++) {
                try (RawClient client = gate.connect()) {
                    client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
                    assertThat(client.read().status()).as("connection %d", i).isEqualTo(200);
                    assertThat(client.isClosedByServer()).isTrue();
                }
            }
        }
    }
}
