package dev.ipgate.http;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.xnio.StreamConnection;

/** Takes over the connection of a client that speaks HTTP/2 without having asked (RFC 9113 section 3.3). */
public interface PriorKnowledge {

    /**
     * The client has sent the first line of the preface, and the empty line behind it: to HTTP/1.1 it is a whole head.
     *
     * @param early what was read behind it, or null
     */
    void takeOver(StreamConnection channel, ClientLink link, String scheme, @Nullable ByteBuffer early);
}
