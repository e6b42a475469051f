package dev.ipgate.http;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Where a body goes; frames it. */
public interface BodySink {

    /**
     * Writes what can be written now.
     *
     * @param last whether nothing follows: the end may then go out with the last bytes
     * @return whether the buffer is empty; if not, call again with what is left, in this buffer or another, when there
     *     is room
     */
    boolean write(ByteBuffer buffer, boolean last) throws IOException;

    /** Pushes on what was taken and not sent yet; false if there is no room for all of it. */
    boolean flush() throws IOException;

    /** Ends the body and pushes on everything; false if there is no room, then call again. */
    boolean finish() throws IOException;

    /** Asks to be told when there is room. */
    void resume();

    void suspend();

    /** Who is told; null for nobody. */
    void onWritable(@Nullable Runnable listener);
}
