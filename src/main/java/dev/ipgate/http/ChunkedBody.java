package dev.ipgate.http;

import io.undertow.util.HeaderMap;
import io.undertow.util.HttpString;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Takes a chunked body apart, strictly (RFC 9112 section 7.1), whatever pieces it arrives in. */
public final class ChunkedBody {

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_LF,
        DATA,
        DATA_CR,
        DATA_LF,
        TRAILER,
        DONE
    }

    private static final int LONGEST_SIZE = 15; // hexadecimal digits that fit a long
    private static final int MOST_EXTENSIONS = 4096; // bytes of them beyond those of data
    private static final int LONGEST_TRAILERS = 8192;
    /** Trailers that would change what has been said already (RFC 9110 section 6.5.1). */
    private static final Set<String> NO_TRAILERS = Set.of(
            "transfer-encoding",
            "content-length",
            "host",
            "origin",
            "cookie",
            "expect",
            "connection",
            "trailer",
            "te",
            "upgrade",
            "set-cookie",
            "content-encoding",
            "content-type",
            "content-range",
            "keep-alive",
            "www-authenticate",
            "authorization",
            "proxy-authorization");

    private State state = State.SIZE;
    private long remaining; // of the chunk's data
    private int digits;
    private long extensions; // bytes, less those of data; else a body could go on for ever without growing
    private byte previous; // of the trailers
    private int line; // bytes of the present trailer
    private @Nullable ByteArrayOutputStream trailerBytes;
    private @Nullable HeaderMap trailers;
    private int leftover;

    /**
     * Reads what is between the buffer's position and limit, and leaves the data that it holds there instead. Bytes after
     * the end of the body stay unread, and {@link #leftover} tells how many.
     *
     * @throws MalformedMessageException if the body is malformed
     */
    public void decode(ByteBuffer buffer) throws MalformedMessageException {
        int write = buffer.position();
        int start = write;
        while (buffer.hasRemaining() && state != State.DONE) {
            if (state == State.DATA) {
                write = copyData(buffer, write);
            } else {
                step(buffer.get());
            }
        }
        leftover = buffer.remaining();
        buffer.limit(write).position(start);
    }

    /** Bytes that followed the end of the body in the last buffer. */
    public int leftover() {
        return leftover;
    }

    public boolean isDone() {
        return state == State.DONE;
    }

    /** The trailers, or null if there are none. */
    public @Nullable HeaderMap trailers() {
        return trailers;
    }

    private int copyData(ByteBuffer buffer, int write) {
        int count = (int) Math.min(remaining, buffer.remaining());
        if (write != buffer.position()) {
            buffer.put(write, buffer, buffer.position(), count);
        }
        buffer.position(buffer.position() + count);
        remaining -= count;
        if (remaining == 0) {
            state = State.DATA_CR;
        }
        return write + count;
    }

    private void step(byte b) throws MalformedMessageException {
        switch (state) {
            case SIZE -> size(b);
            case EXTENSION -> {
                if (b == '\r') {
                    state = State.SIZE_LF;
                } else if (b == '\n' || ++extensions > MOST_EXTENSIONS) {
                    throw new MalformedMessageException("a chunk's extension is malformed");
                }
            }
            case SIZE_LF -> {
                expect(b, '\n');
                extensions = Math.max(0, extensions - remaining);
                state = remaining > 0 ? State.DATA : State.TRAILER;
            }
            case DATA_CR -> {
                expect(b, '\r');
                state = State.DATA_LF;
            }
            case DATA_LF -> {
                expect(b, '\n');
                digits = 0;
                state = State.SIZE;
            }
            case TRAILER -> trailer(b);
            case DATA, DONE -> throw new IllegalStateException();
        }
    }

    private void size(byte b) throws MalformedMessageException {
        int digit = Character.digit(b, 16);
        if (digit >= 0) {
            if (++digits > LONGEST_SIZE) {
                throw new MalformedMessageException("a chunk is too large");
            }
            remaining = remaining << 4 | digit;
        } else if (digits > 0 && (b == ';' || b == ' ' || b == '\t')) {
            state = State.EXTENSION;
        } else if (digits > 0 && b == '\r') {
            state = State.SIZE_LF;
        } else {
            throw new MalformedMessageException("a chunk's size is malformed");
        }
    }

    private void trailer(byte b) throws MalformedMessageException {
        if (b == '\n' && previous != '\r') {
            throw new MalformedMessageException("a trailer ends without CR LF");
        }
        previous = b;
        ByteArrayOutputStream bytes = trailerBytes;
        if (bytes == null) {
            bytes = new ByteArrayOutputStream(64);
            trailerBytes = bytes;
        }
        bytes.write(b);
        if (bytes.size() > LONGEST_TRAILERS) {
            throw new MalformedMessageException("its trailers are too large");
        }
        line++;
        if (b == '\n') {
            if (line == 2) { // CR LF alone
                trailers = read(bytes.toByteArray());
                state = State.DONE;
            }
            line = 0;
        }
    }

    private static @Nullable HeaderMap read(byte[] lines) throws MalformedMessageException {
        if (lines.length == 2) {
            return null;
        }
        HeaderMap all = new HeaderMap();
        new HeadReader(new HeaderNames()).start(lines).headers(all);
        HeaderMap allowed = new HeaderMap();
        for (HttpString name : all.getHeaderNames()) {
            if (isTrailer(name)) {
                allowed.putAll(name, all.get(name));
            }
        }
        return allowed.size() == 0 ? null : allowed;
    }

    /** Whether a header may come behind the body. */
    public static boolean isTrailer(HttpString name) {
        return !NO_TRAILERS.contains(name.toString().toLowerCase(Locale.ROOT));
    }

    private static void expect(byte b, char wanted) throws MalformedMessageException {
        if (b != wanted) {
            throw new MalformedMessageException("a chunk does not end where its size says");
        }
    }
}
