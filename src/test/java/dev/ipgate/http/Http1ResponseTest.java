package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Answers, byte for byte, to clients that take them at once, slowly, or not at all. */
class Http1ResponseTest {

    private final List<HttpServerExchange> asked = new ArrayList<>();
    private final Wire wire = new Wire(asked::add);

    private HttpServerExchange ask(String line) {
        wire.open();
        wire.send(line + "\r\nHost: x\r\n\r\n");
        HttpServerExchange exchange = asked.get(asked.size() - 1);
        return exchange;
    }

    private static Http1Response response(HttpServerExchange exchange) {
        return ((Http1Connection) exchange.getConnection()).answer();
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    }

    @ParameterizedTest(name = "{0}: {1} with {2}")
    @CsvSource(delimiter = '|', nullValues = "-", textBlock = """
            # request         | status | length | head                                  | body
            GET / HTTP/1.1    | 200    | 5      | Content-Length: 5~                    | hello
            GET / HTTP/1.1    | 200    | -      | Transfer-Encoding: chunked~           | 5~hello~0~~
            GET / HTTP/1.0    | 200    | 5      | Connection: close~Content-Length: 5~  | hello
            GET / HTTP/1.0    | 200    | -      | Connection: close~                    | hello
            HEAD / HTTP/1.1   | 200    | 5      | Content-Length: 5~                    | ''
            HEAD / HTTP/1.1   | 200    | -      | ''                                    | ''
            GET / HTTP/1.1    | 204    | 5      | ''                                    | ''
            GET / HTTP/1.1    | 304    | 5      | Content-Length: 5~                    | ''
            GET / HTTP/1.1    | 599    | 5      | Content-Length: 5~                    | hello
            """)
    void aBodyEndsAsItsHeadSays(String request, int status, @Nullable String length, String head, String body)
            throws IOException {
        HttpServerExchange exchange = ask(request);
        exchange.setStatusCode(status);
        if (length != null) {
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, length);
        }
        Http1Response response = response(exchange);
        response.setReason("So");

        assertThat(response.write(bytes("hello"), true)).isTrue();
        assertThat(response.finish()).isTrue();
        assertThat(wire.written()).isEqualTo(("HTTP/1.1 " + status + " So~" + head + "~" + body).replace("~", "\r\n"));
        assertThat(wire.isOpen()).isEqualTo(request.endsWith("1.1"));
    }

    @Test
    void anAnswerIsNotOverBeforeTlsHasSentItsLastRecord() throws IOException {
        HttpServerExchange exchange = ask("GET / HTTP/1.1\r\nConnection: close");
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 5);
        Http1Response response = response(exchange);
        wire.holdBack(true);
        response.write(bytes("hello"), true);
        assertThat(response.finish()).isFalse();
        assertThat(wire.isOpen()).isTrue();
        assertThat(response.isStalledSince(System.nanoTime())).isTrue();
        wire.holdBack(false);
        assertThat(response.finish()).isTrue();
        assertThat(wire.isOpen()).isFalse();
    }

    /** Sends a body in pieces of all sizes, small and larger than a buffer, to a client that takes so much at a time. */
    private String send(int step, boolean chunked) throws IOException {
        HttpServerExchange exchange = ask("GET / HTTP/1.1");
        if (!chunked) {
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 5 + 300 + 1);
        }
        exchange.putAttachment(
                HttpAttachments.RESPONSE_TRAILERS, new HeaderMap().add(new HttpString("X-Sum"), "4\351"));
        Http1Response response = response(exchange);
        wire.take(step);
        StringBuilder seen = new StringBuilder();
        for (String piece : new String[] {"hello", "x".repeat(300), "!"}) {
            ByteBuffer buffer = bytes(piece);
            while (!response.write(buffer, false)) {
                response.flush(); // which may be called at any time, and must not end the piece before its time
                seen.append(wire.writtenWithDate());
                wire.take(step);
            }
            assertThat(buffer.hasRemaining()).isFalse();
        }
        while (!response.finish()) {
            seen.append(wire.writtenWithDate());
            wire.take(step);
        }
        return Wire.withoutDate(seen.append(wire.writtenWithDate()).toString());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 11, 13, 200, 256, 1000})
    void aClientMayTakeItHoweverSlowly(int step) throws IOException {
        assertThat(send(step, true))
                .isEqualTo("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n12c\r\n"
                        + "x".repeat(300) + "\r\n1\r\n!\r\n0\r\nX-Sum: 4\351\r\n\r\n");
        assertThat(wire.awaitsRoom()).isFalse();
        wire.take(1_000);
        assertThat(send(step, false))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 306\r\n\r\nhello" + "x".repeat(300) + "!");
    }

    /** The connections of an IO thread write in turn, and what one could not send stays its own. */
    @Test
    void whatWaitsForOneClientIsNotOverwrittenByAnother() throws IOException {
        HttpServerExchange first = ask("GET /1 HTTP/1.1");
        first.getResponseHeaders().put(Headers.CONTENT_LENGTH, 5);
        wire.take(3);
        assertThat(response(first).write(bytes("first"), true)).isTrue();
        String seen = wire.writtenWithDate();

        Wire other = wire.neighbour();
        other.open();
        other.send("GET /2 HTTP/1.1\r\nHost: x\r\n\r\n");
        HttpServerExchange second = asked.get(1);
        second.getResponseHeaders().put(Headers.CONTENT_LENGTH, 6);
        response(second).write(bytes("second"), true);
        response(second).finish();

        wire.take(1000);
        assertThat(response(first).finish()).isTrue();
        assertThat(Wire.withoutDate(seen + wire.writtenWithDate()))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nfirst");
        assertThat(other.written()).endsWith("\r\n\r\nsecond");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hell", "hello!"})
    void anAnswerOfAnotherLengthThanItSaidIsNotCompleted(String body) {
        HttpServerExchange exchange = ask("GET / HTTP/1.1");
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 5);

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> {
            response(exchange).write(bytes(body), true);
            response(exchange).finish();
        });
        assertThat(exchange.isResponseComplete()).isFalse();
        assertThat(wire.written()).doesNotContain("hello");
    }

    @Test
    void writesThatWereWaitedForAreOffWhenTheAnswerIsComplete() throws IOException {
        HttpServerExchange exchange = ask("GET / HTTP/1.1");
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 5);
        Http1Response response = response(exchange);
        wire.take(10);
        response.write(bytes("hello"), true);
        assertThat(response.finish()).isFalse();
        response.resume();
        assertThat(wire.awaitsRoom()).isTrue();
        wire.take(1000);
        assertThat(response.finish()).isTrue();

        assertThat(wire.awaitsRoom()).isFalse();
    }

    @Test
    void linesThatAreMadeBeforehandGoOutWithOneAnswerAndNotWithTheNext() throws IOException {
        for (boolean added : new boolean[] {true, false, true}) {
            HttpServerExchange exchange = ask("GET / HTTP/1.1");
            exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 2);
            if (added) {
                ClientSide.add(exchange, new HeaderLines(Map.of(Headers.CACHE_CONTROL, "no-store")));
            }
            assertThat(response(exchange).write(bytes("ok"), true)).isTrue();
            assertThat(response(exchange).finish()).isTrue();
            assertThat(wire.written())
                    .isEqualTo("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n" + (added ? "Cache-Control: no-store\r\n" : "")
                            + "\r\nok");
        }
    }

    @Test
    void anAnswerHasADate() throws IOException {
        HttpServerExchange exchange = ask("GET / HTTP/1.1");
        response(exchange).finish();

        assertThat(wire.writtenWithDate())
                .containsPattern("\r\nDate: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT\r\n");
    }

    @Test
    void whenTheRequestIsOverNothingIsWritten() throws IOException {
        HttpServerExchange exchange = ask("GET / HTTP/1.1");
        exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, 0);
        Http1Response response = response(exchange);
        response.finish();
        wire.written();

        assertThatExceptionOfType(IOException.class).isThrownBy(() -> response.write(bytes("late"), true));
        assertThatExceptionOfType(IOException.class).isThrownBy(response::flush);
        assertThatExceptionOfType(IOException.class).isThrownBy(response::finish);
        assertThat(wire.written()).isEmpty();
    }
}
