package dev.ipgate.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Notices when a client leaves while its answer is owed. nginx does the same, and like nginx takes the end of what the
 * client sends for the end of its interest; but not over TLS as long as the connection is open, since a close_notify says
 * no more than that the client has said all (RFC 8446 section 6.1).
 */
final class ClientWatch {

    private final StreamSourceConduit source;
    private final Http1Input input;
    private final boolean secured;
    private @Nullable Runnable told;
    private boolean ended; // and nobody has been told
    private boolean saidAll; // and may listen still

    /** @param secured whether an end of what the client sends is one that TLS tells of; if the connection ends reads fail */
    ClientWatch(StreamSourceConduit source, Http1Input input, boolean secured) {
        this.source = source;
        this.input = input;
        this.secured = secured;
    }

    /**
     * Asks to be told, at once if it has happened already.
     *
     * @param gone null to be told no more
     */
    void onGone(@Nullable Runnable gone) {
        if (ended && gone != null) {
            gone.run();
        } else {
            told = gone;
        }
    }

    /** Whether the client sends no more. */
    boolean hasEnded() {
        return ended || saidAll;
    }

    /** Something can be read: the next request, which waits, or the end. Either way there is no more to watch for. */
    void readable() {
        int read;
        try {
            read = input.isEmpty() ? input.readAhead() : 1;
            if (read < 0 && secured) {
                saidAll = true; // reads stay on, for the end of the connection
                return;
            }
        } catch (IOException e) {
            read = -1;
        }
        if (read == 0) {
            return;
        }
        source.suspendReads();
        if (read < 0) {
            Runnable gone = told;
            told = null;
            ended = gone == null;
            if (gone != null) {
                gone.run();
            }
        }
    }

    /** Nobody wants to be told any more. */
    void forget() {
        told = null;
    }
}
