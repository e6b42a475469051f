package dev.ipgate.server;

import dev.ipgate.problem.ConfigException;
import java.io.IOException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A reload of which the log, systemd, and whoever has asked for it are told how it went. */
final class ToldReload implements Supplier<ControlSocket.Answer> {

    private static final Logger LOG = LoggerFactory.getLogger(ToldReload.class);
    private static final int FAILED = 1;
    private static final int BAD_CONF = 78; // EX_CONFIG of sysexits.h

    /** Reads everything again, and says what has changed. */
    @FunctionalInterface
    interface Reload {
        String reload() throws IOException;
    }

    private final Reload reload;
    private final Systemd systemd;

    ToldReload(Reload reload, Systemd systemd) {
        this.reload = reload;
        this.systemd = systemd;
    }

    @Override
    public ControlSocket.Answer get() {
        systemd.reloading();
        String status = "the last reload failed, and the rules from before it are in force; the log says why";
        try {
            String changed = reload.reload();
            LOG.info("reloaded: {}", changed);
            status = "reloaded: " + changed;
            return new ControlSocket.Answer(0, changed + "\n");
        } catch (ConfigException e) {
            e.problems().forEach(problem -> LOG.error("{}", problem));
            LOG.error("not reloaded: the rules from before stay in force");
            return new ControlSocket.Answer(BAD_CONF, e.getMessage() + "\n");
        } catch (CannotListenException | IOException e) {
            LOG.error("not reloaded, the rules from before stay in force: {}", e.getMessage());
            return new ControlSocket.Answer(FAILED, e.getMessage() + "\n");
        } finally {
            systemd.ready(status);
        }
    }
}
