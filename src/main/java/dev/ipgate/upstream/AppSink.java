package dev.ipgate.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.ipgate.http.BodySink;
import dev.ipgate.http.HeadBytes;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSinkChannel;

/** Where a request goes: its head, then its body, framed by a length that the head gave or in chunks. */
final class AppSink implements BodySink {

    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final ByteBuffer[] ONE = {};

    private final ConduitStreamSinkChannel channel;
    private final boolean chunked;
    private final Supplier<@Nullable HeaderMap> trailers;
    private ByteBuffer before; // the head, then a chunk's size
    private ByteBuffer after = NOTHING; // the end of a chunk
    private boolean inChunk;
    private boolean finished;

    /**
     * Makes a sink whose head is not sent yet.
     *
     * @param head valid until the first call of {@link #flush} or {@link #write} has returned
     * @param trailers asked at the end of a chunked body
     */
    AppSink(
            ConduitStreamSinkChannel channel,
            ByteBuffer head,
            boolean chunked,
            Supplier<@Nullable HeaderMap> trailers) {
        this.channel = channel;
        this.before = head;
        this.chunked = chunked;
        this.trailers = trailers;
    }

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        if (chunked && !inChunk && buffer.hasRemaining()) {
            String size = Integer.toHexString(buffer.remaining()) + "\r\n";
            before = append(before, ByteBuffer.wrap(size.getBytes(ISO_8859_1)));
            after = ByteBuffer.wrap(new byte[] {'\r', '\n'});
            inChunk = true;
        }
        if (!writeAll(buffer)) {
            return false;
        }
        inChunk = false;
        return true;
    }

    private boolean writeAll(ByteBuffer buffer) throws IOException {
        boolean several = buffer.hasRemaining() || after.hasRemaining();
        ByteBuffer[] parts = several ? new ByteBuffer[] {before, buffer, after} : ONE;
        while (before.hasRemaining() || buffer.hasRemaining() || after.hasRemaining()) {
            long written = several ? channel.write(parts, 0, parts.length) : channel.write(before);
            if (written == 0) {
                keepBefore();
                return false;
            }
        }
        return true;
    }

    /** The head's array belongs to the next request soon. */
    private void keepBefore() {
        if (before.hasRemaining()) {
            before = append(before, NOTHING);
        }
    }

    private static ByteBuffer append(ByteBuffer buffer, ByteBuffer more) {
        ByteBuffer joined = ByteBuffer.allocate(buffer.remaining() + more.remaining());
        return joined.put(buffer).put(more).flip();
    }

    @Override
    public boolean flush() throws IOException {
        return writeAll(NOTHING) && channel.flush();
    }

    @Override
    public boolean finish() throws IOException {
        if (!finished) {
            finished = true;
            if (chunked) {
                before = append(before, end());
            }
        }
        return flush();
    }

    private ByteBuffer end() {
        HeadBytes end = new HeadBytes().add("0\r\n");
        HeaderMap map = trailers.get();
        if (map != null) {
            for (HeaderValues values : map) {
                for (String value : values) {
                    end.line(values.getHeaderName(), value);
                }
            }
        }
        return end.add("\r\n").buffer();
    }

    @Override
    public void resume() {
        channel.resumeWrites();
    }

    @Override
    public void suspend() {
        channel.suspendWrites();
    }

    @Override
    public void onWritable(@Nullable Runnable listener) {
        channel.setWriteListener(listener == null ? null : ready -> listener.run());
    }
}
