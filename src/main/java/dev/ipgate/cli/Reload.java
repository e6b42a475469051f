package dev.ipgate.cli;

import dev.ipgate.config.Settings;
import dev.ipgate.net.IpAddress;
import dev.ipgate.server.Configuration;
import dev.ipgate.server.ControlSocket.Answer;
import dev.ipgate.server.Remedy;
import dev.ipgate.server.Standing;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code reload}: makes a running gate read its conf file again, and says how that went. */
public final class Reload implements Command {

    private final PrintStream out;
    private final PrintStream err;
    private final Supplier<@Nullable IpAddress> operator;

    /** @param operator where whoever types this sits, if it is known */
    public Reload(PrintStream out, PrintStream err, Supplier<@Nullable IpAddress> operator) {
        this.out = out;
        this.err = err;
        this.operator = operator;
    }

    @Override
    public String help() {
        return """
                ipgate reload [-c FILE]    makes the running gate read its conf file again

                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml

                Over the control socket that the conf file names (control:), it prints what changed. Without one, and
                when the running gate has none yet, it checks the file and sends SIGHUP; whether that worked is then in
                the gate's log. Within an SSH session it warns of a file that denies the address that you are connected
                from.
                Exit status: 0 done, 1 no gate is running, 78 the conf file is wrong and the old rules stay.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION);
        arguments.operands();
        Path conf = ConfFile.of(arguments);
        Configuration configuration = Configuration.load(conf, Instant.now());
        warnOperator(configuration);
        Settings settings = configuration.settings();
        return settings.control() == null ? signal(conf) : ask(settings.control(), conf);
    }

    private void warnOperator(Configuration configuration) {
        IpAddress address = operator.get();
        if (address == null) {
            return;
        }
        configuration.standings(address, Instant.now()).stream()
                .filter(Standing::isRefused)
                .forEach(standing -> err.println("warning: you are connected from " + address
                        + " (SSH_CONNECTION), and this file denies you: " + standing.text()
                        + "; guard: " + Remedy.whom(address.toString())
                        + " would have refused it"));
    }

    private int ask(Path socket, Path conf) throws IOException {
        Answer answer;
        try {
            answer = ControlClient.ask(socket, "reload");
        } catch (ConnectException e) { // perhaps it is to have this socket from the reload on
            RunningGate gate = RunningGate.find(conf);
            if (gate != null) {
                return signal(gate);
            }
            err.println(e.getMessage());
            return ExitStatus.FAILED;
        }
        (answer.status() == ExitStatus.OK ? out : err).print(answer.text());
        return answer.status();
    }

    private int signal(Path conf) throws IOException {
        RunningGate gate = RunningGate.find(conf);
        if (gate == null) {
            err.println(
                    "no gate is running with " + conf + ", or it cannot be seen from here; with control: in the conf"
                            + " file, reload needs no look at processes");
            return ExitStatus.FAILED;
        }
        return signal(gate);
    }

    private int signal(RunningGate gate) throws IOException {
        gate.hangUp();
        out.println("the file is fine, and process " + gate.pid() + " was sent SIGHUP; its log says what changed");
        return ExitStatus.OK;
    }
}
