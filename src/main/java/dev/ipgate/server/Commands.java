package dev.ipgate.server;

import java.util.function.Supplier;

/** What can be asked of a running gate over its control socket, one line each. */
final class Commands implements ControlSocket.Handler {

    private static final String EXPLAIN = "explain ";

    // sysexits.h, as the command line has them
    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;
    private static final int REFUSED = 1;
    private static final int PASSED = 0;

    private final Supplier<ControlSocket.Answer> reload;
    private final Surroundings surroundings;
    private final GrantCommands grants;

    Commands(Supplier<ControlSocket.Answer> reload, Surroundings surroundings, GrantCommands grants) {
        this.reload = reload;
        this.surroundings = surroundings;
        this.grants = grants;
    }

    @Override
    public ControlSocket.Answer carryOut(String command, String caller) {
        if (command.equals("reload")) {
            return reload.get();
        }
        String[] words = command.split("\t", -1);
        if (GrantCommands.knows(words)) {
            return grants.carryOut(words, caller);
        }
        return command.startsWith(EXPLAIN)
                ? explain(command.substring(EXPLAIN.length()).split(" "))
                : new ControlSocket.Answer(USAGE, "unknown command \"" + AccessLog.printable(command) + "\"\n");
    }

    /** {@code explain ID [json]}: why the request with this number was not let in, or would not have been. */
    private ControlSocket.Answer explain(String[] words) {
        long id = RequestIds.parse(words[0]);
        Denial denied = surroundings.denials().find(id);
        Denial denial = denied == null ? surroundings.reported().find(id) : denied;
        if (denial == null) {
            return new ControlSocket.Answer(
                    UNAVAILABLE,
                    "no request " + AccessLog.printable(words[0])
                            + " is among those that were denied lately; the log may have it, or ask: ipgate explain"
                            + " ADDRESS\n");
        }
        Explanation explanation = denial.explanation();
        int status = denied == null ? PASSED : REFUSED;
        return new ControlSocket.Answer(status, words.length > 1 ? explanation.json() : explanation.text());
    }
}
