package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSinkChannel;

/** A body that the channel frames: the answer to the client, or the bytes of a connection after an upgrade. */
public final class ChannelSink implements BodySink {

    private final StreamSinkChannel channel;
    private boolean ended;

    public ChannelSink(StreamSinkChannel channel) {
        this.channel = channel;
    }

    @Override
    public boolean write(ByteBuffer buffer, boolean last) throws IOException {
        while (buffer.hasRemaining()) {
            int before = buffer.remaining();
            int written = last ? channel.writeFinal(buffer) : channel.write(buffer);
            if (last && !buffer.hasRemaining()) {
                ended = true; // writeFinal has shut the channel down with the last byte
            }
            if (written == 0 && buffer.remaining() == before) {
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean flush() throws IOException {
        return channel.flush();
    }

    @Override
    public boolean finish() throws IOException {
        if (!ended) {
            ended = true;
            channel.shutdownWrites();
        }
        return channel.flush();
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
        channel.getWriteSetter().set(listener == null ? null : ready -> listener.run());
    }
}
