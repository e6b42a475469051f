package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.io.PrintStream;

/** {@code invite}: makes a link that lets in whoever opens it, once. */
public final class MakeInvite implements Command {

    private static final Option WITHIN = Option.value("--within", "DURATION");
    private static final Option SITE = Option.value("--site", "HOST");

    private final PrintStream out;
    private final PrintStream err;

    public MakeInvite(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate invite [--for 2h] [--note TEXT]    makes a one-time link: who opens it is let in from where they are

                  --for DURATION     for how long they are let in; as grants.for in the conf file has it unless given
                  --within DURATION  for how long the link is good, 1d unless given, 7d at most
                  --note TEXT        whom it is for
                  --site HOST        the name in the link; the first host of the conf file unless given
                  -c, --conf FILE    the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml

                The link is for the sign-in page (grants.page), and is good for one use. Whoever has it needs no
                password, so send it over something that nobody else reads.
                Exit status: 0 done, 1 not, 69 no gate answers on the control socket, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, LetIn.FOR, LetIn.NOTE, WITHIN, SITE);
        arguments.operands();
        String note = arguments.value(LetIn.NOTE);
        String line = ControlledGate.line(
                "invite",
                LetIn.seconds(arguments, WITHIN),
                LetIn.seconds(arguments, LetIn.FOR),
                ControlledGate.sudoUser(),
                note == null ? "" : note);
        Answer answer = ControlledGate.of(arguments).ask(line, err);
        if (answer == null) {
            return ExitStatus.UNAVAILABLE;
        }
        if (answer.status() != ExitStatus.OK) {
            err.print(answer.text());
            return answer.status();
        }
        String site = arguments.value(SITE);
        int slash = answer.text().indexOf('/');
        String host = site != null ? site : answer.text().substring(0, slash);
        out.print("https://" + (host.isEmpty() ? "YOUR-HOST" : host)
                + answer.text().substring(slash));
        if (host.isEmpty()) {
            err.println("the conf file names no hosts: put the name there by which people reach the gate");
        }
        return ExitStatus.OK;
    }
}
