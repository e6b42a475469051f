package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.Headers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What clients of HTTP/2 can make the gate hold: it is bounded in all, and given back. */
class Http2MemoryTest {

    private static final int HEADERS = 1;
    private static final int DATA = 0;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(0, 4, 0, 0);
    private static final String GET = "\u0082\u0084\u0086\u0001\u0001a"; // to the host "a"
    private static final String POST = "\u0083\u0084\u0086\u0001\u0001a";

    private final List<HttpServerExchange> exchanges = new ArrayList<>();
    private Wire wire = new Wire(exchange -> {});

    private IoContext open(HttpHandler handler) {
        wire = new Wire(handler).openHttp2();
        return wire.context();
    }

    private static String frame(int length, int type, int flags, int stream) {
        byte[] head = ByteBuffer.allocate(9)
                .putInt(length << 8 | type)
                .put((byte) flags)
                .putInt(stream)
                .array();
        return new String(head, ISO_8859_1);
    }

    private static String frame(int type, int flags, int stream, String payload) {
        return frame(payload.length(), type, flags, stream) + payload;
    }

    private static void answer(HttpServerExchange exchange) {
        String text = "x".repeat(2000);
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, text.length());
        try {
            BodySink answer = ClientSide.answer(exchange);
            if (answer.write(ByteBuffer.wrap(text.getBytes(ISO_8859_1)), true)) {
                answer.finish();
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void whatAClientDoesNotTakeHasABound() {
        IoContext context = open(Http2MemoryTest::answer);
        wire.written();
        wire.take(0);
        StringBuilder requests = new StringBuilder(PREFACE);
        for (int i = 0; i < 1000; i++) {
            requests.append(frame(HEADERS, END_STREAM | END_HEADERS, 2 * i + 1, GET));
        }
        wire.send(requests.toString());
        assertThat(context.isRoomy()).isFalse();
        assertThat(context.held()).isLessThan(Wire.EARLY_BYTES * 3 / 4);
        assertThat(wire.awaitsBytes()).as("nothing more is read from it").isFalse();
        wire.take(Integer.MAX_VALUE);
        assertThat(context.held()).isZero();
    }

    @Test
    void whereMemoryIsShortAnAnswerIsSentInSmallPieces() {
        IoContext context = open(Http2MemoryTest::answer);
        wire.send(PREFACE).written();
        context.hold(Wire.EARLY_BYTES); // by others
        wire.take(0);
        wire.send(frame(HEADERS, END_STREAM | END_HEADERS, 1, GET));
        assertThat(context.held() - Wire.EARLY_BYTES).isLessThanOrEqualTo(Wire.BUFFER_BYTES);
        wire.take(Integer.MAX_VALUE);
        assertThat(context.held()).isEqualTo(Wire.EARLY_BYTES);
    }

    @Test
    void whatNobodyReadsHasABoundAndIsGivenBack() {
        IoContext context = open(exchanges::add);
        wire.send(PREFACE).written();
        String bytes = "x".repeat(8000);
        for (int i = 0; i < 8; i++) { // as much as the connection's window
            wire.send(frame(HEADERS, END_HEADERS, 2 * i + 1, POST) + frame(DATA, 0, 2 * i + 1, bytes));
        }
        assertThat(exchanges).hasSize(8);
        assertThat(context.held()).isBetween(Wire.EARLY_BYTES / 4L, Wire.EARLY_BYTES / 2L + bytes.length());
        assertThat(exchanges)
                .filteredOn(exchange -> exchange.getConnection().isOpen())
                .hasSizeBetween(3, 5);
        wire.reset();
        assertThat(wire.isOpen()).isFalse();
        assertThat(context.held()).isZero();
    }

    @Test
    void aBodyThatIsReadGivesItsMemoryBack() throws IOException {
        IoContext context = open(exchanges::add);
        wire.send(PREFACE + frame(HEADERS, END_HEADERS, 1, POST) + frame(DATA, END_STREAM, 1, "x".repeat(5000)));
        assertThat(context.held()).isPositive();
        BodySource body = ClientSide.body(exchanges.get(0), -1);
        assertThat(body.read(ByteBuffer.allocate(10_000))).isEqualTo(5000);
        assertThat(context.held()).isZero();
    }

    /** Nobody knows then how far the frame came, and the next would be misread. */
    @Test
    void whatGoesWrongWithinAFrameEndsTheConnection() {
        IoContext context = open(exchange -> {
            BodySource body = ClientSide.body(exchange, -1);
            body.onReadable(() -> {
                throw new IllegalStateException("on purpose");
            });
            body.resume();
        });
        wire.send(PREFACE + frame(HEADERS, END_HEADERS, 1, POST) + frame(DATA, 0, 1, "x"));
        assertThat(wire.isOpen()).isFalse();
        assertThat(context.held()).isZero();
    }
}
