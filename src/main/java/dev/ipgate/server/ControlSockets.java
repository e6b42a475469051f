package dev.ipgate.server;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The control socket that the conf file names, if it names one; a reload may move it. Not safe to share between threads. */
final class ControlSockets {

    private final ControlSocket.Handler commands;
    private @Nullable Path path;
    private @Nullable ControlSocket open;

    /** @param commands carries commands out */
    ControlSockets(ControlSocket.Handler commands) {
        this.commands = commands;
    }

    /** A socket that is open beside the present one, unless it is the same. */
    final class Change {
        private final @Nullable Path wanted;
        private final @Nullable ControlSocket opened;

        private Change(@Nullable Path wanted) throws IOException {
            this.wanted = wanted;
            opened = wanted == null || wanted.equals(path) ? null : ControlSocket.open(wanted, commands);
        }

        /** Closes the socket from before, if it is another. */
        void commit() {
            if (!Objects.equals(wanted, path)) {
                close();
                path = wanted;
                open = opened;
            }
        }
    }

    /**
     * Opens what is wanted, if it is not open already.
     *
     * @param wanted the socket's path, or null for none
     * @throws IOException if the socket cannot be made; nothing has changed then
     */
    Change prepare(@Nullable Path wanted) throws IOException {
        return new Change(wanted);
    }

    void close() {
        if (open != null) {
            open.close();
            open = null;
        }
    }
}
