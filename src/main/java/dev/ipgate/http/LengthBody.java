package dev.ipgate.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A body of the client's whose length its head gave. */
final class LengthBody implements BodySource {

    private final BodyBytes bytes;
    private long remaining;

    LengthBody(BodyBytes bytes, long length) {
        this.bytes = bytes;
        remaining = length;
        if (length == 0) {
            bytes.end();
        }
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        if (remaining == 0) {
            return -1;
        }
        int limit = buffer.limit();
        if (buffer.remaining() > remaining) { // what follows is the next request
            buffer.limit(buffer.position() + (int) remaining);
        }
        int read;
        try {
            read = bytes.read(buffer);
        } finally {
            buffer.limit(limit);
        }
        if (read < 0) {
            throw new EOFException("the client broke off its body");
        }
        remaining -= read;
        if (remaining == 0) {
            bytes.end();
        }
        return read;
    }

    @Override
    public boolean isExhausted() {
        return remaining == 0;
    }

    @Override
    public void resume() {
        bytes.resume();
    }

    @Override
    public void suspend() {
        if (remaining > 0) { // else reads are on for another reason
            bytes.suspend();
        }
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        if (remaining > 0) {
            bytes.onReadable(listener);
        }
    }
}
