package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.config.Durations;
import dev.ipgate.grants.Grant;
import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** {@code grant}: lets an address in for a while, without touching the conf file. */
public final class LetIn implements Command {

    static final Option FOR = Option.value("--for", "DURATION");
    static final Option NOTE = Option.value("--note", "TEXT");
    private static final Option YES = Option.flag("--yes").or("-y");
    private static final int LONGEST_ANSWER = 100; // bytes

    private final InputStream in;
    private final PrintStream out;
    private final PrintStream err;
    private final Supplier<@Nullable IpAddress> operator;

    /** @param operator where whoever types this sits, if it is known */
    public LetIn(InputStream in, PrintStream out, PrintStream err, Supplier<@Nullable IpAddress> operator) {
        this.in = in;
        this.out = out;
        this.err = err;
        this.operator = operator;
    }

    @Override
    public String help() {
        return """
                ipgate grant [ADDRESS] [--for 8h] [--note TEXT]    lets an address in for a while, where a rule says - allow: granted

                  --for DURATION   for how long; as grants.for in the conf file has it unless given
                  --note TEXT      what for
                  -y, --yes        asks nothing
                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml

                ADDRESS may be a block, such as 203.0.113.0/24 or 2001:db8::/64. Within an SSH session it may be left
                out: then it is the address that you are connected from (of IPv6 its /64), which is shown and asked
                about. The same again renews a grant. It is in force at once and outlives a restart.
                Exit status: 0 let in, 1 not, 69 no gate answers on the control socket, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, FOR, NOTE, YES);
        String seconds = seconds(arguments, FOR);
        String note = arguments.value(NOTE);
        boolean named = arguments.operandCount() > 0;
        CidrBlock whom = named ? block(arguments.operands("ADDRESS").get(0)) : operatorsOwn();
        ControlledGate gate = ControlledGate.of(arguments);
        if (!named && !arguments.has(YES) && !agrees(Grant.text(whom))) {
            err.println("nobody was let in");
            return ExitStatus.FAILED;
        }
        return gate.tell(
                ControlledGate.line(
                        "grant", Grant.text(whom), seconds, ControlledGate.sudoUser(), note == null ? "" : note),
                out,
                err);
    }

    private CidrBlock operatorsOwn() {
        IpAddress address = operator.get();
        if (address == null) {
            throw new UsageException(
                    "missing: ADDRESS, as this is no SSH session, which would tell where you are connected from");
        }
        return Grant.around(address);
    }

    private boolean agrees(String whom) throws IOException {
        err.print("You are connected from " + whom + " (SSH_CONNECTION). Let it in? [y/N] ");
        err.flush();
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c >= 0 && c != '\n' && line.size() < LONGEST_ANSWER; c = in.read()) {
            line.write(c);
        }
        String answer = line.toString(StandardCharsets.UTF_8).strip().toLowerCase(Locale.ROOT);
        return answer.equals("y") || answer.equals("yes");
    }

    /**
     * An argument that is an address or a block.
     *
     * @throws UsageException if it is neither
     */
    static CidrBlock block(String text) {
        try {
            return CidrBlock.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
    }

    /** An option's duration as the gate takes it; empty if it was not given. */
    static String seconds(Arguments arguments, Option option) {
        String text = arguments.value(option);
        if (text == null) {
            return "";
        }
        try {
            return Long.toString(Durations.parse(text, Duration.ofSeconds(1), Duration.ofDays(366))
                    .toSeconds());
        } catch (IllegalArgumentException e) {
            throw new UsageException(option.name() + " " + e.getMessage());
        }
    }
}
