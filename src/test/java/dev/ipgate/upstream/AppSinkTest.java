package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xnio.channels.Configurable;
import org.xnio.conduits.ConduitStreamSinkChannel;
import org.xnio.conduits.StreamSinkConduit;

/** Requests written to a socket that takes so many bytes at a time, and nothing every second time. */
class AppSinkTest {

    private final ByteArrayOutputStream wire = new ByteArrayOutputStream();

    private ConduitStreamSinkChannel channel(int step) {
        boolean[] full = {false};
        StreamSinkConduit conduit = (StreamSinkConduit) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {StreamSinkConduit.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("write")) {
                        full[0] = !full[0];
                        int room = full[0] ? step : 0;
                        if (arguments[0] instanceof ByteBuffer single) {
                            return (int) take(room, single);
                        }
                        return take(room, (ByteBuffer[]) arguments[0]);
                    }
                    return method.getReturnType() == boolean.class ? (Object) true : null;
                });
        return new ConduitStreamSinkChannel(Configurable.EMPTY, conduit);
    }

    private long take(int room, ByteBuffer... buffers) {
        int taken = 0;
        for (ByteBuffer buffer : buffers) {
            for (; taken < room && buffer.hasRemaining(); taken++) {
                wire.write(buffer.get());
            }
        }
        return taken;
    }

    /** Sends two buffers of a body; the head's bytes are overwritten as soon as they may be. */
    private String send(int step, boolean chunked) throws IOException {
        HeaderMap trailers = new HeaderMap().add(new HttpString("X-Sum"), "4\351");
        byte[] head = "HEAD\r\n\r\n".getBytes(ISO_8859_1);
        AppSink sink = new AppSink(channel(step), ByteBuffer.wrap(head), chunked, () -> trailers);
        boolean first = true;
        for (String part : new String[] {"hello", "", " wide world!"}) {
            ByteBuffer buffer = ByteBuffer.wrap(part.getBytes(ISO_8859_1));
            boolean done = sink.write(buffer, false);
            if (first) {
                java.util.Arrays.fill(head, (byte) '?');
                first = false;
            }
            while (!done) {
                done = sink.write(buffer, false);
            }
            assertThat(buffer.hasRemaining()).isFalse();
        }
        while (!sink.finish()) {
            // again, when there is room
        }
        return wire.toString(ISO_8859_1);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 11, 13, 1000})
    void chunksArriveWholeHoweverSlowly(int step) throws IOException {
        assertThat(send(step, true))
                .isEqualTo("HEAD\r\n\r\n5\r\nhello\r\nc\r\n wide world!\r\n0\r\nX-Sum: 4\351\r\n\r\n");
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 7, 8, 11, 13, 1000})
    void aBodyOfKnownLengthArrivesWholeHoweverSlowly(int step) throws IOException {
        assertThat(send(step, false)).isEqualTo("HEAD\r\n\r\nhello wide world!");
    }
}
