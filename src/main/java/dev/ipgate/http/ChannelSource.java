package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.channels.StreamSourceChannel;

/** A body whose framing the channel knows: the client's, or the bytes of a connection after an upgrade. */
public final class ChannelSource implements BodySource {

    private final StreamSourceChannel channel;
    private boolean exhausted;

    public ChannelSource(StreamSourceChannel channel) {
        this.channel = channel;
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
        int read = channel.read(buffer);
        exhausted = read < 0;
        return read;
    }

    @Override
    public boolean isExhausted() {
        return exhausted;
    }

    @Override
    public void resume() {
        channel.resumeReads();
    }

    @Override
    public void suspend() {
        channel.suspendReads();
    }

    @Override
    public void onReadable(@Nullable Runnable listener) {
        channel.getReadSetter().set(listener == null ? null : ready -> listener.run());
    }
}
