package dev.ipgate.http;

import static dev.ipgate.testing.Http2Client.CONTINUATION;
import static dev.ipgate.testing.Http2Client.END_HEADERS;
import static dev.ipgate.testing.Http2Client.END_STREAM;
import static dev.ipgate.testing.Http2Client.HEADERS;
import static dev.ipgate.testing.Http2Client.RST_STREAM;
import static dev.ipgate.testing.Http2Client.SETTINGS;
import static dev.ipgate.testing.Http2Client.block;
import static dev.ipgate.testing.Http2Client.bytesOf;
import static dev.ipgate.testing.Http2Client.head;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import dev.ipgate.testing.Http2Client;
import io.undertow.server.HttpServerExchange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What HTTP/2 clients have us keep of half frames and half heads: bounded for all together, and given back exactly once. */
class Http2HoldTest {

    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + text(bytesOf(SETTINGS, 0, 0));

    private final List<String> targets = new ArrayList<>();
    private final Wire wire = new Wire(this::answer);

    private void answer(HttpServerExchange exchange) throws IOException {
        ClientRequest request = (ClientRequest) exchange.getConnection();
        targets.add(request.target());
        BodySink answer = request.answer();
        answer.write(ByteBuffer.allocate(0), true);
        answer.finish();
    }

    private static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }

    private static String frame(int type, int flags, int stream, byte... payload) {
        return text(bytesOf(type, flags, stream, payload));
    }

    private Wire open(Wire client) {
        return client.openHttp2().send(PREFACE);
    }

    private long held() {
        return wire.context().held();
    }

    @Test
    void whatComesInOnePieceIsNotHeld() {
        open(wire).send(frame(HEADERS, END_STREAM | END_HEADERS, 1, head("GET", "/a")));
        assertThat(targets).containsExactly("/a");
        assertThat(held()).isZero();
    }

    /** However a head is cut, by frames and on the way, nothing of it is held when it is complete. */
    @Test
    void aHeadMayBeCutAnywhere() {
        byte[] block = head("GET", "/cut");
        for (int cut = 0; cut <= block.length; cut += 7) {
            String frames = frame(HEADERS, END_STREAM, 1, Arrays.copyOf(block, cut))
                    + frame(CONTINUATION, END_HEADERS, 1, Arrays.copyOfRange(block, cut, block.length));
            for (int at = 1; at < frames.length(); at++) {
                Http2HoldTest once = new Http2HoldTest();
                once.open(once.wire).send(frames.substring(0, at)).send(frames.substring(at));
                assertThat(once.targets).containsExactly("/cut");
                assertThat(once.held()).isZero();
                assertThat(once.wire.isOpen()).isTrue();
            }
        }
    }

    @Test
    void whatIsHeldIsWhatHasArrivedOrTwiceAsMuch() {
        String frame = frame(HEADERS, END_STREAM | END_HEADERS, 1, head("GET", "/a", "x-a", "x".repeat(10_000)));
        open(wire).send(frame.substring(0, 9 + 1));
        assertThat(held()).isBetween(1L, 100L); // of a frame that says it will be large
        wire.send(frame.substring(10, 3000));
        assertThat(held()).isBetween(3000L - 9, 2L * 3000);
        wire.send(frame.substring(3000));
        assertThat(held()).isZero();
    }

    /** How a half head can end. */
    enum End {
        THE_REST_COMES {
            @Override
            void happen(Wire wire) {
                wire.send(frame(CONTINUATION, END_HEADERS, 1));
            }
        },
        THE_CLIENT_LEAVES {
            @Override
            void happen(Wire wire) {
                wire.end();
            }
        },
        THE_CLIENT_IS_GONE {
            @Override
            void happen(Wire wire) {
                wire.reset();
            }
        },
        ANOTHER_FRAME_COMES {
            @Override
            void happen(Wire wire) {
                wire.send(frame(RST_STREAM, 0, 1, new byte[4])).end();
            }
        },
        IT_CANNOT_BE_DECODED {
            @Override
            void happen(Wire wire) {
                wire.send(frame(CONTINUATION, END_HEADERS, 1, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF))
                        .end();
            }
        },
        IT_IS_MALFORMED {
            @Override
            void happen(Wire wire) {
                wire.send(frame(CONTINUATION, END_HEADERS, 1, block("Capital", "1")));
            }
        },
        IT_BECOMES_TOO_LARGE {
            @Override
            void happen(Wire wire) {
                for (int i = 0; i < 5; i++) {
                    wire.send(frame(CONTINUATION, 0, 1, block("x", "x".repeat(4000))));
                }
                wire.end();
            }
        },
        HALF_A_FRAME_AND_THE_CLIENT_IS_GONE {
            @Override
            void happen(Wire wire) {
                wire.send(frame(CONTINUATION, 0, 1, new byte[500]).substring(0, 200))
                        .reset();
            }
        };

        abstract void happen(Wire wire);
    }

    @ParameterizedTest
    @EnumSource
    void itIsGivenBackOnce(End end) {
        open(wire).send(frame(HEADERS, END_STREAM, 1, head("GET", "/a")));
        assertThat(held()).isPositive();
        Wire other = open(wire.neighbour()).send(frame(HEADERS, END_STREAM, 1, head("GET", "/b")));
        long both = held();

        end.happen(wire);

        assertThat(held()).as("that of the other alone").isEqualTo(both / 2);
        other.send(frame(CONTINUATION, END_HEADERS, 1));
        assertThat(held()).isZero();
        assertThat(targets).contains("/b");
    }

    /** Each is within its own limit; all together are not. */
    @ParameterizedTest
    @EnumSource
    void allTogetherHaveALimit(Half half) {
        List<Wire> clients = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Wire client = open(wire.neighbour());
            clients.add(client.send(half.bytes()));
            assertThat(held()).isLessThanOrEqualTo(Wire.EARLY_BYTES);
        }
        assertThat(clients.stream().filter(Http2HoldTest::isTurnedAway).count()).isBetween(50L, 95L);
        clients.forEach(Wire::end);
        assertThat(held()).isZero();

        open(wire).send(frame(HEADERS, END_STREAM | END_HEADERS, 1, head("GET", "/after")));
        assertThat(targets).containsExactly("/after");
    }

    enum Half {
        HEAD,
        FRAME;

        String bytes() {
            String whole = frame(HEADERS, END_STREAM, 1, head("GET", "/", "x", "x".repeat(3000)));
            return this == HEAD ? whole : whole.substring(0, whole.length() - 1);
        }
    }

    /** By a GOAWAY, after which what it sends is thrown away. */
    private static boolean isTurnedAway(Wire client) {
        return client.written().contains(text(new byte[] {0, 0, 8, Http2Client.GOAWAY}));
    }
}
