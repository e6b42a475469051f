package dev.ipgate.server;

import dev.ipgate.config.ListenSettings;
import java.io.IOException;
import java.util.Locale;

/** An address that cannot be listened on. The message names it, says why, and what to do. */
public final class CannotListenException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    private static final int FIRST_UNPRIVILEGED_PORT = 1024;

    CannotListenException(ListenSettings listen, IOException cause) {
        super(
                listen.at() + ": listen: cannot listen on \"" + listen.text() + "\": " + why(listen, cause),
                cause,
                false,
                false);
    }

    private static String why(ListenSettings listen, IOException cause) {
        String reason = String.valueOf(cause.getMessage());
        if (reason.toLowerCase(Locale.ROOT).contains("permission denied")
                && listen.address().getPort() < FIRST_UNPRIVILEGED_PORT) {
            return reason + "; a port below " + FIRST_UNPRIVILEGED_PORT
                    + " needs root or CAP_NET_BIND_SERVICE (the systemd unit has it)";
        }
        return reason.toLowerCase(Locale.ROOT).contains("in use")
                ? reason + "; another program has it: ss -ltnp sport = :"
                        + listen.address().getPort() + " shows which"
                : reason;
    }
}
