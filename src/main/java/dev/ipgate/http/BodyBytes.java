package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/** The bytes of one connection's request bodies, with whatever framing they have, and who waits for them. */
final class BodyBytes {

    private final Http1Input input;
    private final StreamSourceConduit source;
    private final Runnable ended;
    private @Nullable Runnable listener;

    /** @param ended told when a body has been read to its end */
    BodyBytes(Http1Input input, StreamSourceConduit source, Runnable ended) {
        this.input = input;
        this.source = source;
        this.ended = ended;
    }

    /** Reads them as they stand, those that came with the head first. */
    int read(ByteBuffer buffer) throws IOException {
        return input.read(buffer);
    }

    /** What was read behind the end of the body is the next request; the bytes stay the caller's. */
    void giveBack(ByteBuffer bytes) throws IOException {
        input.giveBack(bytes);
    }

    void onReadable(@Nullable Runnable next) {
        listener = next;
    }

    void resume() {
        source.resumeReads();
    }

    void suspend() {
        source.suspendReads();
    }

    /** Tells whoever waits that something can be read; false if nobody does. */
    boolean tell() {
        if (listener == null) {
            return false;
        }
        listener.run();
        return true;
    }

    /** The body has been read to its end. */
    void end() {
        forget();
        ended.run();
    }

    /** Nobody waits any more. */
    void forget() {
        listener = null;
    }
}
