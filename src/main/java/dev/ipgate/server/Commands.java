package dev.ipgate.server;

import java.util.function.Function;
import java.util.function.Supplier;

/** What can be asked of a running gate over its control socket, one line each. */
final class Commands implements Function<String, ControlSocket.Answer> {

    private static final String EXPLAIN = "explain ";

    // sysexits.h, as the command line has them
    private static final int USAGE = 64;
    private static final int UNAVAILABLE = 69;
    private static final int REFUSED = 1;
    private static final int PASSED = 0;

    private final Supplier<ControlSocket.Answer> reload;
    private final Surroundings surroundings;

    Commands(Supplier<ControlSocket.Answer> reload, Surroundings surroundings) {
        this.reload = reload;
        this.surroundings = surroundings;
    }

    @Override
    public ControlSocket.Answer apply(String command) {
        if (command.equals("reload")) {
            return reload.get();
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
