package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One connection, with the test in the place of the network. */
class Http1ConnectionTest {

    private final List<String> requests = new ArrayList<>();
    private final List<HttpServerExchange> unanswered = new ArrayList<>();
    private final Wire wire = new Wire(this::answerAtOnce);

    /** Answers with the request's target, after the whole body. */
    private void answerAtOnce(HttpServerExchange exchange) {
        Http1Connection connection = (Http1Connection) exchange.getConnection();
        if (connection.problem() != null || connection.isHeadTooLarge()) {
            requests.add(connection.isHeadTooLarge() ? "too large" : "malformed");
            exchange.setPersistent(false);
            answer(exchange, 400, "no");
            connection.linger();
            return;
        }
        new Body(exchange, body -> {
            requests.add(exchange.getRequestMethod() + " " + connection.target() + " " + body);
            answer(exchange, 200, connection.target());
        });
    }

    private static void answer(HttpServerExchange exchange, int status, String text) {
        exchange.setStatusCode(status);
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, text.length());
        Http1Response response = ((Http1Connection) exchange.getConnection()).answer();
        try {
            response.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), true);
            response.finish();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Reads a body as it comes. */
    private static final class Body implements Runnable {
        private final BodySource source;
        private final Consumer<String> whole;
        private final ByteBuffer buffer = ByteBuffer.allocate(7);
        private final StringBuilder text = new StringBuilder();

        Body(HttpServerExchange exchange, Consumer<String> whole) {
            this.source = ((Http1Connection) exchange.getConnection()).body(-1);
            this.whole = whole;
            source.onReadable(this);
            run();
        }

        @Override
        public void run() {
            try {
                int read = 0;
                while (!source.isExhausted() && (read = source.read(buffer.clear())) > 0) {
                    text.append(ISO_8859_1.decode(buffer.flip()));
                }
                if (read == 0 && !source.isExhausted()) {
                    source.resume();
                    return;
                }
            } catch (IOException e) {
                text.append(e.getMessage());
            }
            source.onReadable(null);
            whole.accept(text.toString());
        }
    }

    // ---- whatever pieces it arrives in ------------------------------------------------------------------------------

    private static final String THREE = "\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\nhello, world"
            + "PUT /c HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5;e=1\r\nhello\r\n0\r\nX: 1\r\n\r\n"
            + "GET /d HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n";

    private void servesThree() {
        assertThat(requests).containsExactly("POST /a?b hello, world", "PUT /c hello", "GET /d ");
        assertThat(wire.written())
                .isEqualTo(ok("/a?b") + ok("/c") + ok("/d"))
                .as("every answer, in the order of the requests");
        assertThat(wire.isOpen()).isTrue();
        assertThat(wire.awaitsBytes()).isTrue();
        assertThat(wire.context().held()).as("bytes that wait").isZero();
    }

    private static String ok(String target) {
        return "HTTP/1.1 200 OK\r\nContent-Length: " + target.length() + "\r\n\r\n" + target;
    }

    @Test
    void requestsMayArriveInTwoPiecesCutAnywhere() {
        for (int cut = 0; cut <= THREE.length(); cut++) {
            Http1ConnectionTest once = new Http1ConnectionTest();
            once.wire.open();
            once.wire.send(THREE.substring(0, cut)).send(THREE.substring(cut));
            once.servesThree();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 7, 11, 64})
    void requestsMayArriveInManySmallPieces(int size) {
        wire.open();
        for (int at = 0; at < THREE.length(); at += size) {
            wire.send(THREE.substring(at, Math.min(THREE.length(), at + size)));
        }
        servesThree();
    }

    @Test
    void clientsThatDripTheirHeadsTakeOnlySoMuchRoomInAll() {
        String half = "GET /half HTTP/1.1\r\nHost: x\r\nX: " + "x".repeat(3000);
        List<Wire> drips = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Wire drip = wire.neighbour();
            drip.open();
            drip.send(half);
            drips.add(drip);
        }
        assertThat(wire.context().held()).isBetween(Wire.EARLY_BYTES - 5000L, (long) Wire.EARLY_BYTES);
        assertThat(drips.get(0).isOpen()).isTrue();
        assertThat(drips.get(99).isOpen()).as("one for which there was no room").isFalse();

        wire.open();
        wire.send("GET /whole HTTP/1.1\r\nHost: x\r\n\r\n");
        assertThat(requests).as("what comes in one piece").containsExactly("GET /whole ");

        drips.get(0).send("\r\n\r\n");
        assertThat(requests).endsWith("GET /half ");
        drips.forEach(Wire::end);
        assertThat(wire.context().held()).isZero();
    }

    @Test
    void requestsMayBeThereBeforeTheConnectionIsOpened() {
        wire.send(THREE);
        wire.open();
        wire.send("");
        servesThree();
    }

    @ParameterizedTest
    @ValueSource(ints = {Wire.BUFFER_BYTES - 1, Wire.BUFFER_BYTES, Wire.BUFFER_BYTES + 1, 1000, 4000})
    void aHeadMayBeLargerThanABuffer(int bytes) {
        for (int piece : new int[] {bytes, 100, 1}) {
            Http1ConnectionTest once = new Http1ConnectionTest();
            once.wire.open();
            String frame = "GET /a HTTP/1.1\r\nHost: x\r\nX: \r\n\r\n";
            String head = frame.replace("X: ", "X: " + "y".repeat(bytes - frame.length()));
            for (int at = 0; at < bytes; at += piece) {
                once.wire.send(head.substring(at, Math.min(bytes, at + piece)));
            }
            assertThat(once.requests).containsExactly("GET /a ");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 5000})
    void aHeadThatNeverEndsIsRefusedWhenItIsTooLarge(int piece) {
        wire.open();
        for (int sent = 0; sent < 5000; sent += piece) {
            wire.send("x".repeat(piece));
        }
        assertThat(requests).containsExactly("too large");
        assertThat(wire.written()).startsWith("HTTP/1.1 400 ").contains("Connection: close\r\n");
        assertThat(wire.isHalfClosed()).isTrue();
    }

    // ---- one after the other ----------------------------------------------------------------------------------------

    private Wire patient() {
        return new Wire(unanswered::add);
    }

    @Test
    void theNextRequestWaitsForTheAnswer() {
        Wire slow = patient();
        slow.open();
        slow.send("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTT");
        slow.send("P/1.1\r\nHost: x\r\n\r\n");
        for (int answered = 0; answered < 3; answered++) {
            assertThat(unanswered).hasSize(answered + 1);
            answer(unanswered.get(answered), 200, "/" + (answered + 1));
            slow.send("");
            assertThat(slow.written()).isEqualTo(ok("/" + (answered + 1)));
        }
        assertThat(slow.isOpen()).isTrue();
    }

    @Test
    void whatFollowsARequestThatClosesIsNotRead() {
        wire.open();
        wire.send("GET /1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\n");

        assertThat(requests).containsExactly("GET /1 ");
        assertThat(wire.isHalfClosed()).isTrue();
        wire.end();
        assertThat(wire.isOpen()).isFalse();
    }

    /** The other connections of the thread have their turn, however fast one client sends. */
    @Test
    void oneTurnReadsOnce() {
        wire.open();
        int before = wire.reads();
        wire.arrive("GET /a HTTP/1.1\r\nHost: x\r\n\r\n".repeat(1000));

        assertThat(wire.turn()).isTrue();
        assertThat(wire.reads() - before).isEqualTo(1);
        assertThat(requests).hasSizeBetween(1, Wire.BUFFER_BYTES / 20);
        wire.send("");
        assertThat(requests).hasSize(1000);
    }

    // ---- how it ends ------------------------------------------------------------------------------------------------

    @ParameterizedTest(name = "{0} {1}: {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # version | Connection        | then
            HTTP/1.1  | -                 | open
            HTTP/1.1  | keep-alive        | open
            HTTP/1.1  | close             | closed
            HTTP/1.1  | Close             | closed
            HTTP/1.1  | te, close         | closed
            HTTP/1.1  | keep-alive, close | closed
            HTTP/1.1  | closed            | open
            HTTP/1.0  | -                 | closed
            HTTP/1.0  | keep-alive        | open
            HTTP/1.0  | TE, Keep-Alive    | open
            HTTP/1.0  | keep-alive, close | closed
            """)
    void aConnectionStaysOpenAsTheClientSays(String version, @Nullable String option, String then) {
        wire.open();
        wire.send("GET / " + version + "\r\n" + (option == null ? "" : "Connection: " + option + "\r\n") + "\r\n");

        assertThat(wire.isOpen()).isEqualTo(then.equals("open"));
        String written = wire.written();
        assertThat(written.contains("Connection: close\r\n")).isEqualTo(then.equals("closed"));
        assertThat(written.contains("Connection: keep-alive\r\n"))
                .isEqualTo(then.equals("open") && version.equals("HTTP/1.0"));
    }

    @Test
    void anIdleClientThatEndsIsClosed() {
        wire.open();
        wire.end();

        assertThat(wire.isOpen()).isFalse();
        assertThat(requests).isEmpty();
    }

    @Test
    void halfAHeadIsNoRequest() {
        wire.open();
        wire.send("GET / HTTP/1.1\r\nHost: x\r\n\r").end();

        assertThat(wire.isOpen()).isFalse();
        assertThat(requests).isEmpty();
        assertThat(wire.written()).isEmpty();
    }

    @Test
    void aClientThatResetsIsForgotten() {
        for (String sent : new String[] {"", "GET /", "GET / HTTP/1.1\r\nHost: x\r\n\r\n"}) {
            Wire gone = patient();
            gone.open();
            gone.send(sent).reset();
            unanswered.forEach(exchange -> ((Http1Connection) exchange.getConnection())
                    .onClientGone(() -> ((Http1Connection) exchange.getConnection()).close()));
            assertThat(gone.isOpen()).as(sent).isFalse();
        }
    }

    @Test
    void whoWaitsForAnAnswerAndLeavesIsNoticed() {
        for (boolean before : new boolean[] {true, false}) {
            Wire leaving = patient();
            Http1Connection connection = leaving.open();
            leaving.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            List<String> told = new ArrayList<>();
            if (before) {
                leaving.end();
                connection.onClientGone(() -> told.add("gone"));
            } else {
                connection.onClientGone(() -> told.add("gone"));
                leaving.end();
            }
            assertThat(told).as("%s", before).containsExactly("gone");
        }
    }

    @Test
    void whoeverWaitsForTheEndOfARequestLearnsThatItWasCut() {
        Wire cut = patient();
        Http1Connection connection = cut.open();
        cut.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab");
        List<String> told = new ArrayList<>();
        unanswered.get(0).addExchangeCompleteListener((exchange, next) -> {
            told.add("over");
            next.proceed();
        });
        connection.close();
        connection.close();

        assertThat(told).containsExactly("over");
        assertThat(cut.written()).isEmpty();
    }

    @Test
    void aHandlerThatFailsCutsTheConnection() {
        for (Throwable failure : new Throwable[] {new IllegalStateException("on purpose"), new StackOverflowError()}) {
            Wire failing = new Wire(exchange -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            });
            failing.open();
            failing.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(failing.isOpen()).as("%s", failure).isFalse();
            assertThat(failing.written()).isEmpty();
        }
    }

    @Test
    void aHeadThatTakesTooLongIsClosedAndCounted() {
        Http1Connection connection = wire.open();
        wire.send("GET / HTTP/1.1\r\n");
        connection.tick(System.nanoTime() + Wire.LIMITS.headTimeout().toNanos() / 2);
        assertThat(wire.isOpen()).isTrue();
        wire.send("X: 1\r\n"); // which gives it no more time
        connection.tick(System.nanoTime() + Wire.LIMITS.headTimeout().toNanos());

        assertThat(wire.isOpen()).isFalse();
        assertThat(wire.service().headTimeouts()).isEqualTo(1);
    }

    @Test
    void theTimeBetweenRequestsHasALimitAndTheTimeOfAnAnswerHasNone() {
        Wire slow = patient();
        Http1Connection connection = slow.open();
        slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
        connection.tick(System.nanoTime() + 100 * Wire.LIMITS.idleTimeout().toNanos());
        assertThat(slow.isOpen()).isTrue();

        answer(unanswered.get(0), 200, "/");
        connection.tick(System.nanoTime() + Wire.LIMITS.headTimeout().toNanos());
        assertThat(slow.isOpen()).isTrue();
        connection.tick(System.nanoTime() + Wire.LIMITS.idleTimeout().toNanos());
        assertThat(slow.isOpen()).isFalse();
        assertThat(slow.service().headTimeouts()).isZero();
    }

    @Test
    void anAnswerThatNobodyTakesIsCut() {
        Wire slow = patient();
        Http1Connection connection = slow.open();
        slow.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n").take(10);
        answer(unanswered.get(0), 200, "/");
        connection.tick(System.nanoTime() + Wire.LIMITS.idleTimeout().toNanos() / 2);
        assertThat(slow.isOpen()).isTrue();
        connection.tick(System.nanoTime() + Wire.LIMITS.idleTimeout().toNanos());
        assertThat(slow.isOpen()).isFalse();
    }

    // ---- another protocol -------------------------------------------------------------------------------------------

    @Test
    void whatAClientSendsTooEarlyForAnotherProtocolIsHandedOn() {
        Wire upgrading = patient();
        Http1Connection connection = upgrading.open();
        upgrading.send("GET / HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly");
        upgrading.send(", later");
        ByteBuffer seen = ByteBuffer.allocate(100);
        connection.upgradeTo(channel -> {
            try {
                while (channel.getSourceChannel().read(seen) > 0) {
                    // all that there is
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        unanswered.get(0).setStatusCode(101);
        unanswered.get(0).getResponseHeaders().put(Headers.UPGRADE, "websocket");
        try {
            connection.answer().finish();
        } catch (IOException e) {
            throw new AssertionError(e);
        }

        assertThat(upgrading.written())
                .isEqualTo("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
        assertThat(ISO_8859_1.decode(seen.flip()).toString()).isEqualTo("early, later");
    }
}
