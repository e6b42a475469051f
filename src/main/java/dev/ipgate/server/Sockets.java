package dev.ipgate.server;

import dev.ipgate.config.LimitSettings;
import dev.ipgate.config.Settings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Everything that is bound: the gate's listeners, the operator's, and the control socket. All changes, or nothing does. */
final class Sockets {

    private final Listeners listeners;
    private final AdminListener admin;
    private final ControlSockets control;

    Sockets(Listeners listeners, AdminListener admin, ControlSockets control) {
        this.listeners = listeners;
        this.admin = admin;
        this.control = control;
    }

    /** Sockets that are bound and do not accept yet. */
    static final class Change {
        private final Listeners.Change ours;
        private final Listeners.Change operators;
        private final ControlSockets.Change commands;

        private Change(Listeners.Change ours, Listeners.Change operators, ControlSockets.Change commands) {
            this.ours = ours;
            this.operators = operators;
            this.commands = commands;
        }

        /** Names of what the gate listens on anew. */
        List<String> added() {
            return ours.added();
        }

        /** Names of what the gate listens on no more. */
        List<String> removed() {
            return ours.removed();
        }

        /** Starts what is new and closes what is gone. */
        void commit() {
            ours.commit();
            operators.commit();
            commands.commit();
        }
    }

    /**
     * Binds what is new.
     *
     * @throws CannotListenException if an address cannot be bound; nothing has changed then
     * @throws IOException if the control socket cannot be made; nothing has changed then
     */
    Change prepare(Settings settings) throws IOException {
        List<Listeners.Change> bound = new ArrayList<>();
        try {
            bound.add(listeners.prepare(settings.listen()));
            bound.add(admin.prepare(settings.admin()));
            return new Change(bound.get(0), bound.get(1), control.prepare(settings.control()));
        } catch (IOException | RuntimeException e) {
            bound.forEach(Listeners.Change::rollBack);
            throw e;
        }
    }

    void setLimits(LimitSettings limits) {
        listeners.setLimits(limits);
        admin.setLimits(limits);
    }

    /** What becomes of the connections of each listener. */
    List<Endpoint> endpoints() {
        List<Endpoint> endpoints = new ArrayList<>(listeners.endpoints());
        endpoints.addAll(admin.endpoints());
        return endpoints;
    }

    /** Takes no more requests and no more commands. The operator may go on looking until {@link #closeAdmin}. */
    void close() {
        listeners.close();
        control.close();
    }

    /** Lets the operator look no more. */
    void closeAdmin() {
        admin.close();
    }
}
