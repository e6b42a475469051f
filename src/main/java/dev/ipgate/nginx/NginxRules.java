package dev.ipgate.nginx;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.FileProblems;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Files of {@code allow x;} and {@code deny y;} lines, as nginx includes them. */
public final class NginxRules {

    /**
     * A line.
     *
     * @param allow allow or deny
     * @param whom null for {@code all}
     * @param text whom, as it is read: bits behind the prefix masked, octets without zeros in front
     * @param at where it stands
     */
    public record Line(boolean allow, @Nullable IpRange whom, String text, Position at) {}

    private final FileProblems problems;
    private final List<Line> lines = new ArrayList<>();

    private NginxRules(FileProblems problems) {
        this.problems = problems;
    }

    /**
     * Reads a file, and those that it includes.
     *
     * @param problems takes what is wrong in it, each with its file and line
     * @return the lines in order; those that are wrong are left out, and problems have an error
     */
    public static List<Line> read(Path file, Problems problems) {
        FileProblems inLines = new FileProblems(file.toString(), problems);
        NginxRules rules = new NginxRules(inLines);
        try {
            Scope.flat(NginxConf.read(file).directives()).forEach(rules::add);
        } catch (ConfigException e) {
            for (Problem problem : e.problems()) {
                problems.error(problem.at(), problem.setting(), problem.message(), problem.sourceLine());
            }
        }
        inLines.end();
        return List.copyOf(rules.lines);
    }

    private void add(Directive directive) {
        String written = directive.argument(0);
        Address address = Address.read(written);
        if (!directive.name().matches("allow|deny")) {
            error(directive, "\"" + directive.name() + "\" is neither allow nor deny; leave it out");
        } else if (written.equals("unix:")) {
            warning(directive, "is about Unix sockets, which the gate does not listen on; it names nobody");
        } else if (address == null) {
            error(directive, "\"" + written + "\" is neither an address nor a block");
        } else if (address.is(Address.Kind.MAPPED)) {
            error(directive, "\"" + written + "\" names nobody in nginx; write the IPv4 address if it is meant");
        } else {
            if (!address.note().isEmpty()) {
                warning(directive, "\"" + written + "\" is read as " + address.text() + ", as nginx does");
            }
            IpRange whom = address.is(Address.Kind.EVERYBODY)
                    ? null
                    : CidrBlock.parse(address.text()).range();
            lines.add(new Line(directive.name().equals("allow"), whom, address.text(), directive.at()));
        }
    }

    private void error(Directive directive, String message) {
        problems.error(directive.at(), message, directive + ";");
    }

    private void warning(Directive directive, String message) {
        problems.warning(directive.at(), message, directive + ";");
    }
}
