package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a body comes from, freed of its framing. */
public interface BodySource {

    /** A body that has ended already. */
    BodySource EMPTY = new BodySource() {
        @Override
        public int read(ByteBuffer buffer) {
            return -1;
        }

        @Override
        public boolean isExhausted() {
            return true;
        }

        @Override
        public void resume() {}

        @Override
        public void suspend() {}

        @Override
        public void onReadable(@Nullable Runnable listener) {}
    };

    /**
     * Reads as much as there is and as fits.
     *
     * @return bytes read, 0 if there are none for now, -1 after the last
     * @throws IOException if the body is malformed or cut short
     */
    int read(ByteBuffer buffer) throws IOException;

    /** Whether the last read has given the last bytes. May be false though nothing follows. */
    boolean isExhausted();

    /** Asks to be told when there is something to read. */
    void resume();

    void suspend();

    /** Who is told; null for nobody. */
    void onReadable(@Nullable Runnable listener);
}
