package dev.ipgate.server;

import static dev.ipgate.testing.Http2Client.RST_STREAM;
import static dev.ipgate.testing.Http2Client.WINDOW_UPDATE;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Eventually;
import dev.ipgate.testing.Http2Client;
import dev.ipgate.testing.RawApp;
import dev.ipgate.testing.RawApp.Visit;
import dev.ipgate.testing.TestGate;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** At a limit, a connection of HTTP/2 makes room when it has no stream, and is left alone while it has one. */
@Timeout(60)
class Http2ConnectionLimitsTest {

    private static final int CANCEL = 8;

    @TempDir
    private Path folder;

    private final CountDownLatch mayAnswer = new CountDownLatch(1);
    private RawApp app;
    private TestGate gate;

    @BeforeEach
    void start() throws IOException {
        app = RawApp.start(this::serve);
        gate = TestGate.start(folder, """
                listen: {address: "127.0.0.1:0", http2: true}
                upstream: "APP"
                rules: [{allow: all}]
                limits: {connections_per_client: 2}
                """.replace("APP", app.url()));
    }

    @AfterEach
    void stop() throws IOException {
        mayAnswer.countDown();
        gate.close();
        app.close();
    }

    private void serve(Visit visit) throws IOException {
        for (String head = visit.head(); head != null; head = visit.head()) {
            try {
                if (head.startsWith("GET /slow")) {
                    mayAnswer.await();
                }
            } catch (InterruptedException e) {
                return; // the test is over
            }
            visit.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        }
    }

    private Http2Client connect() throws IOException {
        return Http2Client.connect(gate.address());
    }

    private ClientConnections connections() {
        return gate.gate().connections();
    }

    /** As over HTTP/1.1: who waits for a request makes room for a new connection, and who waits for an answer does not. */
    @Test
    void anIdleConnectionMakesRoomAndABusyOneDoesNot() throws IOException {
        try (Http2Client busy = connect();
                Http2Client idle = connect()) {
            idle.get(1, "/");
            idle.answer(1);
            busy.get(1, "/").get(3, "/slow");
            busy.answer(1); // and one is left
            Eventually.holds("one is idle", () -> connections().idle() == 1);

            try (Http2Client third = connect()) {
                third.get(1, "/slow");
                assertThat(idle.awaitEnd()).isEqualTo(-1);
                Eventually.holds("none is idle", () -> connections().idle() == 0);
                Eventually.holds(
                        "the third knows of its room", () -> connections().madeRoom() == 1);
                try (Socket fourth =
                        new Socket(gate.address().getAddress(), gate.address().getPort())) {
                    assertThat(fourth.getInputStream().read()).isEqualTo(-1);
                }
                Eventually.holds("room was made", () -> connections().madeRoom() == 1); // counted behind the end
                assertThat(connections().refused()).isEqualTo(1);

                mayAnswer.countDown();
                assertThat(busy.answer(3).body()).isEqualTo("ok");
                assertThat(third.answer(1).body()).isEqualTo("ok");
                Eventually.holds("both are idle", () -> connections().idle() == 2);
                third.get(3, "/");
                assertThat(third.answer(3).body()).isEqualTo("ok");
            }
        }
        Eventually.holds("all are gone", () -> connections().count() == 0);
        assertThat(connections().idle()).isZero();
    }

    /** Whose streams have been reset, by either side, is idle as well. */
    @Test
    void whoHasTakenItsRequestsBackIsIdle() throws IOException {
        try (Http2Client client = connect()) {
            client.get(1, "/slow").get(3, "/slow");
            client.ping();
            assertThat(connections().idle()).isZero();
            client.number(RST_STREAM, 1, CANCEL).number(WINDOW_UPDATE, 3, 0);
            client.awaitReset(3);
            Eventually.holds("it is idle", () -> connections().idle() == 1);
        }
    }
}
