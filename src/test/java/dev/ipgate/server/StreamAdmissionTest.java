package dev.ipgate.server;

import static dev.ipgate.testing.StreamingApp.assertEchoes;
import static dev.ipgate.testing.StreamingApp.assertTicks;
import static dev.ipgate.testing.StreamingApp.events;
import static dev.ipgate.testing.StreamingApp.tunnel;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.RawClient;
import dev.ipgate.testing.SocketApp;
import dev.ipgate.testing.StreamingApp;
import dev.ipgate.testing.TestGate;
import dev.ipgate.testing.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Answers that stream and tunnels end with the right of those who have them; a request under way does not. */
@ParameterizedClass(name = "{0}")
@EnumSource(names = {"PLAIN", "TLS", "HTTP2"})
@Timeout(60)
class StreamAdmissionTest {

    @Parameter
    private Transport transport;

    @TempDir
    private Path folder;

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch mayAnswer = new CountDownLatch(1);

    @AutoClose
    private final SocketApp app = StreamingApp.start((head, in, out) -> {
        asked.countDown();
        mayAnswer.await();
        SocketApp.says("slow").answer(head, in, out);
    });

    private TestGate gate(String rules) throws IOException {
        return TestGate.start(transport, folder, conf(rules));
    }

    private String conf(String rules) {
        return "upstream: " + app.url() + "\nrules:\n" + rules;
    }

    /** The clients of 127.0.0.2 lose theirs within the 10 s that are promised, and those of 127.0.0.3 keep theirs. */
    private void assertOnly3GoesOn(
            RawClient events2, RawClient tunnel2, RawClient events3, RawClient tunnel3, long lostAt)
            throws IOException {
        assertThat(events2.isClosedByServer()).isTrue();
        assertThat(tunnel2.isClosedByServer()).isTrue();
        assertThat(System.nanoTime() - lostAt).as("nanoseconds").isLessThan(10_000_000_000L);
        assertTicks(events3);
        assertEchoes(tunnel3);
        Eventually.holds("the app's connections are closed, too", () -> app.open() == 2);
    }

    @Test
    void aReloadThatDeniesAnAddressEndsItsStreamsAndNobodyElses() throws IOException {
        try (TestGate gate = gate("  - allow: [127.0.0.2, 127.0.0.3]\n");
                RawClient events2 = events(gate, "127.0.0.2");
                RawClient tunnel2 = tunnel(gate, "127.0.0.2");
                RawClient events3 = events(gate, "127.0.0.3");
                RawClient tunnel3 = tunnel(gate, "127.0.0.3")) {
            gate.reload(conf("  - deny: 127.0.0.2\n  - allow: 127.0.0.3\n"));

            assertOnly3GoesOn(events2, tunnel2, events3, tunnel3, System.nanoTime());
        }
    }

    @Test
    void aRuleThatExpiresEndsTheStreamsItAllowed() throws IOException {
        Instant until = Instant.ofEpochSecond(Instant.now().getEpochSecond() + 3);
        try (TestGate gate = gate("  - {allow: 127.0.0.2, until: \"" + until + "\"}\n  - allow: 127.0.0.3\n");
                RawClient events2 = events(gate, "127.0.0.2");
                RawClient tunnel2 = tunnel(gate, "127.0.0.2");
                RawClient events3 = events(gate, "127.0.0.3");
                RawClient tunnel3 = tunnel(gate, "127.0.0.3")) {
            assertOnly3GoesOn(events2, tunnel2, events3, tunnel3, System.nanoTime());
            assertThat(Instant.now()).isAfter(until);
            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
        }
    }

    @Test
    void streamsGoOnWhenTheirUpstreamIsGoneAndEndWhenTheyAreDenied() throws IOException {
        try (SocketApp other = SocketApp.saying("B");
                TestGate gate = gate("  - allow: [127.0.0.2, 127.0.0.3]\n");
                RawClient events2 = events(gate, "127.0.0.2");
                RawClient tunnel2 = tunnel(gate, "127.0.0.2");
                RawClient events3 = events(gate, "127.0.0.3");
                RawClient tunnel3 = tunnel(gate, "127.0.0.3")) {
            gate.reload(conf("  - allow: 127.0.0.3\n").replace(app.url(), other.url()));

            assertOnly3GoesOn(events2, tunnel2, events3, tunnel3, System.nanoTime());
            assertThat(gate.getFrom("127.0.0.3", "/").body()).isEqualTo("B");
        }
    }

    @Test
    void aRequestWithoutAnAnswerFinishesUnderTheRulesItBeganWith() throws Exception {
        try (SocketApp other = SocketApp.saying("B");
                TestGate gate = gate("  - allow: 127.0.0.2\n");
                RawClient slow = gate.connectFrom("127.0.0.2")) {
            slow.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
            asked.await();

            gate.reload(conf("  - deny: all\n").replace(app.url(), other.url()));

            assertThat(gate.getFrom("127.0.0.2", "/").status()).isEqualTo(403);
            mayAnswer.countDown();
            assertThat(slow.read().body()).isEqualTo("slow");
            assertThat(slow.get("/").status())
                    .as("the next on the same connection")
                    .isEqualTo(403);
        }
    }
}
