package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import java.io.IOException;
import java.io.PrintStream;

/** {@code grants}: lists who is let in for a while. */
public final class Granted implements Command {

    private static final Option JSON = Option.flag("--json");

    private final PrintStream out;
    private final PrintStream err;

    public Granted(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate grants [--json]    lists who is let in for a while, by whom and until when

                  --json           the answer as JSON
                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml

                Exit status: 0 done, 69 no gate answers on the control socket, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, JSON);
        arguments.operands();
        return ControlledGate.of(arguments)
                .tell(ControlledGate.line("grants", arguments.has(JSON) ? "json" : "text"), out, err);
    }
}
