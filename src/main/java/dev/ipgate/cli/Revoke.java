package dev.ipgate.cli;

import dev.ipgate.grants.Grant;
import dev.ipgate.net.CidrBlock;
import java.io.IOException;
import java.io.PrintStream;

/** {@code revoke}: ends a grant before its time. */
public final class Revoke implements Command {

    private final PrintStream out;
    private final PrintStream err;

    public Revoke(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate revoke ADDRESS    takes back what an address or a block was granted

                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml

                ADDRESS is as ipgate grants lists it. What the conf file allows stays allowed.
                Exit status: 0 done, 1 there was nothing to take back, 69 no gate answers on the control socket, 78 the
                conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION);
        CidrBlock whom = LetIn.block(arguments.operands("ADDRESS").get(0));
        return ControlledGate.of(arguments)
                .tell(ControlledGate.line("revoke", Grant.text(whom), ControlledGate.sudoUser()), out, err);
    }
}
