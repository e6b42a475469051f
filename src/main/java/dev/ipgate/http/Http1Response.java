package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.connector.PooledByteBuffer;
import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.ImmediatePooledByteBuffer;
import io.undertow.util.Methods;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.ConduitStreamSinkChannel;

/**
 * The answers on a client's connection, one after the other: the head, made of the exchange's status and headers when the
 * first bytes go out, then the body, framed as the head says.
 */
public final class Http1Response implements BodySink {

    /*
     * What is small goes out in one write: the body's bytes are copied behind the head, which costs less than having the
     * kernel gather them. What does not fit is not copied.
     */

    private enum Framing {
        /** No body, whatever the headers say (RFC 9112 section 6.3). */
        NONE,
        LENGTH,
        CHUNKED,
        /** To the end of the connection, for HTTP/1.0. */
        CLOSE
    }

    private static final byte[] CR_LF = {'\r', '\n'};
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);
    private static final int CHUNK_FRAME = 16; // bytes for a chunk's size and both its line ends
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final IoContext context;
    private final ConduitStreamSinkChannel channel;
    private final ByteBuffer[] parts = new ByteBuffer[3];

    private @Nullable HttpServerExchange exchange;
    private @Nullable String reason;
    private boolean begun;
    private boolean ended; // the last chunk, if there is one, has been taken
    private Framing framing = Framing.NONE;
    private long remaining; // of a body with a length
    private @Nullable PooledByteBuffer pooled; // holds what is pending
    private ByteBuffer pending = NOTHING; // goes out before anything else
    private boolean direct; // the present piece of the body is not copied
    private ByteBuffer after = NOTHING; // what goes out behind it
    private long stalledAt; // on the nanosecond clock; 0 if it is not

    Http1Response(IoContext context, ConduitStreamSinkChannel channel) {
        this.context = context;
        this.channel = channel;
    }

    void start(HttpServerExchange next) {
        exchange = next;
    }

    /** The request is over, however it ended. */
    void end() {
        if (stalledAt != 0) {
            channel.suspendWrites();
        }
        channel.setWriteListener(null);
        exchange = null;
        reason = null;
        begun = false;
        ended = false;
        direct = false;
        stalledAt = 0;
        release();
    }

    /** The reason phrase, where it is not the usual one. */
    public void setReason(String phrase) {
        reason = phrase;
    }

    /** Whether bytes have been waiting for the client since then, on the nanosecond clock, or longer. */
    boolean isStalledSince(long then) {
        return stalledAt != 0 && stalledAt - then <= 0;
    }

    // ---- the body ---------------------------------------------------------------------------------------------------

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        if (!begun) {
            begin();
        }
        if (!buffer.hasRemaining() && !direct) {
            return true;
        }
        if (framing == Framing.NONE) {
            buffer.position(buffer.limit());
            return true;
        }
        if (!direct) {
            frame(buffer, last);
        }
        if (!writeOut(buffer)) {
            return !buffer.hasRemaining() && !direct;
        }
        direct = false;
        return true;
    }

    /** Counts a piece of the body and frames it; copies it if that is cheaper than gathering. */
    private void frame(ByteBuffer buffer, boolean last) throws IOException {
        int size = buffer.remaining();
        Connectors.updateResponseBytesSent(present(), size);
        boolean chunked = framing == Framing.CHUNKED;
        if (framing == Framing.LENGTH) {
            remaining -= size;
            if (remaining < 0) {
                throw new IOException("an answer is longer than it said");
            }
        } else if (chunked) {
            append(Integer.toHexString(size).getBytes(ISO_8859_1));
            append(CR_LF);
        }
        if (pending.hasRemaining() && size + CHUNK_FRAME <= pending.capacity() - pending.limit()) {
            int filled = pending.limit();
            pending.limit(filled + size).put(filled, buffer, buffer.position(), size);
            buffer.position(buffer.limit());
            if (chunked) {
                append(CR_LF);
                if (last) {
                    appendLastChunk();
                }
            }
        } else {
            direct = true;
            after = chunked ? ByteBuffer.wrap(CR_LF) : NOTHING;
        }
    }

    /** Writes what is pending, then the piece that is not copied; false if the client does not take all of it now. */
    private boolean writeOut(ByteBuffer buffer) throws IOException {
        ByteBuffer behind = direct ? after : NOTHING;
        boolean several = direct && (pending.hasRemaining() || behind.hasRemaining());
        parts[0] = pending;
        parts[1] = buffer;
        parts[2] = behind;
        while (pending.hasRemaining() || (direct && buffer.hasRemaining()) || behind.hasRemaining()) {
            long written = several
                    ? channel.write(parts, 0, parts.length)
                    : channel.write(pending.hasRemaining() ? pending : buffer);
            if (written == 0) {
                if (stalledAt == 0) {
                    stalledAt = System.nanoTime();
                }
                return false;
            }
            stalledAt = 0;
        }
        release();
        return true;
    }

    @Override
    public boolean flush() throws IOException {
        if (!begun) {
            begin();
        }
        return writeOut(NOTHING);
    }

    @Override
    public boolean finish() throws IOException {
        HttpServerExchange answered = present();
        if (!begun) {
            begin();
        }
        if (framing == Framing.LENGTH && remaining > 0) {
            throw new EOFException("an answer is shorter than it said");
        }
        if (framing == Framing.CHUNKED && !ended) {
            appendLastChunk();
        }
        if (!writeOut(NOTHING)) {
            return false;
        }
        Connectors.terminateResponse(answered);
        return true;
    }

    private void appendLastChunk() throws IOException {
        ended = true;
        HeadBytes end = context.bytes().add("0\r\n");
        HeaderMap trailers = present().getAttachment(HttpAttachments.RESPONSE_TRAILERS);
        if (trailers != null) {
            lines(end, trailers);
        }
        append(end.add("\r\n"));
    }

    // ---- the head ---------------------------------------------------------------------------------------------------

    private void begin() throws IOException {
        HttpServerExchange answered = present();
        HeaderMap headers = answered.getResponseHeaders();
        int status = answered.getStatusCode();
        begun = true;
        framing = frame(answered, status, headers);
        HeadBytes head = context.bytes();
        if (reason == null) {
            head.add(StatusLines.of(status));
        } else {
            head.add("HTTP/1.1 ")
                    .add(Integer.toString(status))
                    .add(" ")
                    .add(reason)
                    .add("\r\n");
        }
        if (status == SWITCHING_PROTOCOLS) {
            head.line(Headers.CONNECTION, "Upgrade");
        } else if (!answered.isPersistent()) {
            head.line(Headers.CONNECTION, "close");
        } else if (!answered.isHttp11()) {
            head.line(Headers.CONNECTION, "keep-alive");
        }
        lines(head, headers);
        if (!headers.contains(Headers.DATE)) {
            head.line(Headers.DATE, context.date()); // RFC 9110 section 6.6.1
        }
        append(head.add("\r\n"));
    }

    private Framing frame(HttpServerExchange answered, int status, HeaderMap headers) {
        boolean none = status < 200 || status == NO_CONTENT;
        if (none) {
            headers.remove(Headers.CONTENT_LENGTH);
            headers.remove(Headers.TRANSFER_ENCODING);
        }
        if (none || status == NOT_MODIFIED || answered.getRequestMethod().equals(Methods.HEAD)) {
            return Framing.NONE;
        }
        String length = headers.getFirst(Headers.CONTENT_LENGTH);
        if (length != null) {
            remaining = Long.parseLong(length);
            return Framing.LENGTH;
        }
        if (answered.isHttp11()) {
            // in chunks even where the connection then closes: an answer that is cut must not look complete
            headers.put(Headers.TRANSFER_ENCODING, "chunked");
            return Framing.CHUNKED;
        }
        answered.setPersistent(false);
        return Framing.CLOSE;
    }

    private static void lines(HeadBytes to, HeaderMap headers) {
        for (long at = headers.fastIterateNonEmpty(); at != -1; at = headers.fiNextNonEmpty(at)) {
            HeaderValues values = headers.fiCurrent(at);
            for (int i = 0; i < values.size(); i++) {
                to.line(values.getHeaderName(), values.get(i));
            }
        }
    }

    private HttpServerExchange present() throws EOFException {
        if (exchange == null) {
            throw new EOFException("the request is over");
        }
        return exchange;
    }

    // ---- what is pending --------------------------------------------------------------------------------------------

    private void append(HeadBytes bytes) {
        makeRoom(bytes.length());
        int filled = pending.limit();
        pending.limit(filled + bytes.length());
        bytes.copyTo(pending, filled);
    }

    private void append(byte[] bytes) {
        makeRoom(bytes.length);
        int filled = pending.limit();
        pending.limit(filled + bytes.length).put(filled, bytes);
    }

    private void makeRoom(int bytes) {
        if (bytes <= pending.capacity() - pending.limit()) {
            return;
        }
        int size = pending.remaining() + bytes;
        PooledByteBuffer larger = pooled == null && size <= context.buffers().getBufferSize()
                ? context.buffers().allocate()
                : new ImmediatePooledByteBuffer(ByteBuffer.allocate(2 * size)); // a head beyond the usual
        ByteBuffer room = larger.getBuffer();
        room.put(pending).flip();
        release();
        pooled = larger;
        pending = room;
    }

    private void release() {
        if (pooled != null) {
            pooled.close();
            pooled = null;
        }
        pending = NOTHING;
    }

    // ---- waiting ----------------------------------------------------------------------------------------------------

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
