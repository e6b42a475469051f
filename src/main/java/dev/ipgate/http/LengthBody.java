package dev.ipgate.http;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** A body of the client's whose length its head gave. */
final class LengthBody implements BodySource {

    private final Http1Connection connection;
    private long remaining;

    LengthBody(Http1Connection connection, long length) {
        this.connection = connection;
        remaining = length;
        if (length == 0) {
            connection.endBody();
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
            read = connection.readBody(buffer);
        } finally {
            buffer.limit(limit);
        }
        if (read < 0) {
            throw new EOFException("the client broke off its body");
        }
        remaining -= read;
        if (remaining == 0) {
            connection.endBody();
        }
        return read;
    }

    @Override
    public boolean isExhausted() {
        return remaining == 0;
    }

    @Override
    public void resume() {
        connection.resumeBody();
    }

    @Override
    public void suspend() {
        if (remaining > 0) { // else reads are on for another reason
            connection.suspendBody();
        }
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        if (remaining > 0) {
            connection.onBodyReadable(listener);
        }
    }
}
