package dev.ipgate.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.undertow.server.Connectors;
import io.undertow.server.HttpServerExchange;
import io.undertow.server.protocol.http.HttpAttachments;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
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

    private enum Framing {
        /** No body, whatever the headers say (RFC 9112 section 6.3). */
        NONE,
        LENGTH,
        CHUNKED,
        /** To the end of the connection, for HTTP/1.0. */
        CLOSE
    }

    private static final byte[] CR_LF = {'\r', '\n'};
    private static final int CHUNK_FRAME = 16; // bytes for a chunk's size and both its line ends
    private static final int SWITCHING_PROTOCOLS = 101;
    private static final int NO_CONTENT = 204;
    private static final int NOT_MODIFIED = 304;

    private final IoContext context;
    private final Http1Output output;

    private @Nullable HttpServerExchange exchange;
    private @Nullable String reason;
    private @Nullable HeaderLines common;
    private boolean begun;
    private boolean ended; // the last chunk, if there is one, has been taken
    private Framing framing = Framing.NONE;
    private long remaining; // of a body with a length
    private boolean inPiece; // of the body, which is framed and not copied
    private ByteBuffer behind = Http1Output.NOTHING; // what goes out behind the piece

    Http1Response(IoContext context, ConduitStreamSinkChannel channel) {
        this.context = context;
        output = new Http1Output(context, channel);
    }

    void start(HttpServerExchange next) {
        exchange = next;
    }

    /** The request is over, however it ended. */
    void end() {
        exchange = null;
        reason = null;
        common = null;
        begun = false;
        ended = false;
        inPiece = false;
        output.clear();
    }

    /** The reason phrase, where it is not the usual one. */
    public void setReason(String phrase) {
        reason = phrase;
    }

    /** Lines that go out besides the exchange's headers; the same name is not in both. */
    void add(HeaderLines lines) {
        common = lines;
    }

    /** The bytes of an interim answer; valid until the next head is made. */
    ByteBuffer interim(int status, String phrase, HeaderMap headers) {
        HeadBytes head = context.bytes()
                .add("HTTP/1.1 ")
                .add(Integer.toString(status))
                .add(" ")
                .add(phrase)
                .add("\r\n");
        lines(head, headers);
        return head.add("\r\n").buffer();
    }

    /** Whether bytes have been waiting for the client since then, on the nanosecond clock, or longer. */
    boolean isStalledSince(long then) {
        return output.isStalledSince(then);
    }

    // ---- the body ---------------------------------------------------------------------------------------------------

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        if (!begun) {
            begin();
        }
        if (framing == Framing.NONE) {
            buffer.position(buffer.limit());
        }
        if (!inPiece && buffer.hasRemaining()) {
            frame(buffer, last);
        }
        if (inPiece) {
            inPiece = !output.send(buffer, behind);
        } else {
            output.send(); // what the client does not take now was copied, and waits
        }
        return !inPiece;
    }

    /** Counts a piece of the body and frames it; copies it if that is cheaper than gathering. */
    private void frame(ByteBuffer buffer, boolean last) throws IOException {
        int size = buffer.remaining();
        boolean chunked = framing == Framing.CHUNKED;
        if (framing == Framing.LENGTH) {
            remaining -= size;
            if (remaining < 0) {
                throw broken(new IOException("an answer is longer than it said"));
            }
        } else if (chunked) {
            output.append(Integer.toHexString(size).getBytes(ISO_8859_1));
            output.append(CR_LF);
        }
        Connectors.updateResponseBytesSent(present(), size);
        if (output.fits(size + CHUNK_FRAME)) {
            output.append(buffer);
            if (chunked) {
                output.append(CR_LF);
                if (last) {
                    appendLastChunk();
                }
            }
        } else {
            inPiece = true;
            behind = chunked ? ByteBuffer.wrap(CR_LF) : Http1Output.NOTHING;
        }
    }

    @Override
    public boolean flush() throws IOException {
        if (!begun) {
            begin();
        }
        return output.send() && !inPiece;
    }

    @Override
    public boolean finish() throws IOException {
        HttpServerExchange answered = present();
        if (!begun) {
            begin();
        }
        if (framing == Framing.LENGTH && remaining > 0) {
            throw broken(new EOFException("an answer is shorter than it said"));
        }
        if (framing == Framing.CHUNKED && !ended) {
            appendLastChunk();
        }
        if (!flush()) {
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
        output.append(end.add("\r\n"));
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
        if (common != null) {
            head.add(common.lines());
        }
        if (!headers.contains(Headers.DATE)) {
            head.line(Headers.DATE, context.date()); // RFC 9110 section 6.6.1
        }
        output.append(head.add("\r\n"));
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

    /** What is pending is not for the client, who shall see that the answer was cut. */
    private <E extends IOException> E broken(E why) {
        output.clear();
        return why;
    }

    private HttpServerExchange present() throws EOFException {
        if (exchange == null) {
            throw new EOFException("the request is over");
        }
        return exchange;
    }

    // ---- waiting ----------------------------------------------------------------------------------------------------

    @Override
    public void resume() {
        output.resume();
    }

    @Override
    public void suspend() {
        output.suspend();
    }

    @Override
    public void onWritable(@Nullable Runnable listener) {
        output.onWritable(listener);
    }
}
