package dev.ipgate.http;

import java.io.IOException;
import org.xnio.StreamConnection;

/**
 * How a connection ends on which all has been said. Over TLS a client could otherwise not tell the end, to which it has all
 * it asked for, from a cut. And closing at once, while the client may still be sending, would make the kernel send a reset,
 * and the client might never read the answer: so it is left open for a while, and what arrives is thrown away (RFC 9112
 * section 9.6, nginx {@code lingering_close}).
 */
public final class Farewell {

    /** How long that may take; nginx {@code lingering_timeout}. */
    public static final long LINGER_NANOS = 5_000_000_000L;

    private Farewell() {}

    /** Says that nothing more comes; false if the client has gone already. */
    public static boolean say(StreamConnection connection) {
        try {
            connection.getSinkChannel().shutdownWrites();
            connection.getSinkChannel().flush();
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
