package dev.ipgate.http;

import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.xnio.conduits.StreamSourceConduit;

/**
 * Notices when a client leaves while its answer is owed. nginx does the same, and like nginx takes the end of what the
 * client sends for the end of its interest.
 */
final class ClientWatch {

    private final StreamSourceConduit source;
    private final Http1Input input;
    private @Nullable Runnable told;
    private boolean ended; // and nobody has been told

    ClientWatch(StreamSourceConduit source, Http1Input input) {
        this.source = source;
        this.input = input;
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
        return ended;
    }

    /** Something can be read: the next request, which waits, or the end. Either way there is no more to watch for. */
    void readable() {
        int read;
        try {
            read = input.isEmpty() ? input.readAhead() : 1;
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
