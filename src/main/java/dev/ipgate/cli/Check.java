package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problem;
import dev.ipgate.server.Configuration;
import dev.ipgate.server.Standing;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * {@code check}: reads the conf file as {@code serve} would, says everything that is wrong with it, and which listeners and
 * sites it opens; nginx -t.
 */
public final class Check implements Command {

    private static final Option AS = Option.repeated("--as", "ADDRESS");
    private static final Option JSON = Option.flag("--json");

    private final PrintStream out;
    private final PrintStream err;

    public Check(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate check [-c FILE] [--as ADDRESS] [--json]    says what is wrong with the conf file, and what it opens

                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --as ADDRESS     says which rule decides about a client, and refuses a file that denies it; several
                  --json           the problems as JSON, on stdout

                Exit status: 0 the file can be used (there may be warnings), 78 it cannot.
                """;
    }

    @Override
    public int run(String[] args) {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, AS, JSON);
        arguments.operands();
        Path conf = ConfFile.of(arguments);
        List<IpAddress> clients =
                arguments.values(AS).stream().map(Arguments::address).toList();
        Instant now = Instant.now();
        List<Problem> problems;
        List<Standing> standings = List.of();
        Openings openings = null;
        boolean usable = true;
        try {
            Configuration configuration = Configuration.load(conf, now);
            problems = configuration.warnings();
            openings = new Openings(configuration.settings());
            standings = clients.stream()
                    .flatMap(client -> configuration.standings(client, now).stream())
                    .toList();
        } catch (ConfigException e) {
            problems = e.problems();
            usable = false;
        }
        boolean lockedOut = standings.stream().anyMatch(Standing::isRefused);
        if (arguments.has(JSON)) {
            out.println(json(conf, usable && !lockedOut, problems, openings, standings));
        } else {
            problems.forEach(problem -> err.println(problem.withExcerpt()));
            if (openings != null) {
                openings.lines().forEach(out::println);
            }
            standings.forEach(one -> out.println(one.client() + ": " + one.word() + ", by " + one.text()));
            err.println(
                    lockedOut ? conf + ": locks out " + lockedOut(standings) : summary(conf, usable, problems.size()));
        }
        return usable && !lockedOut ? ExitStatus.OK : ExitStatus.CONFIG;
    }

    private static String lockedOut(List<Standing> standings) {
        return standings.stream()
                .filter(Standing::isRefused)
                .map(one -> one.client().toString())
                .distinct()
                .collect(Collectors.joining(", "));
    }

    private static String summary(Path conf, boolean usable, int count) {
        if (usable) {
            return conf + ": fine" + (count == 0 ? "" : ", with " + count + (count == 1 ? " warning" : " warnings"));
        }
        return conf + ": cannot be used; " + count + (count == 1 ? " problem" : " problems");
    }

    private static String json(
            Path conf, boolean usable, List<Problem> problems, @Nullable Openings openings, List<Standing> standings) {
        JsonWriter json = new JsonWriter(new StringBuilder())
                .beginObject()
                .member("file", conf.toString())
                .member("usable", usable)
                .name("problems")
                .beginArray();
        for (Problem problem : problems) {
            json.beginObject()
                    .member("severity", problem.severity().name().toLowerCase(Locale.ROOT))
                    .member("file", problem.at().file())
                    .member("line", problem.at().line())
                    .member("column", problem.at().column())
                    .member("setting", problem.setting())
                    .member("message", problem.message())
                    .endObject();
        }
        json.endArray();
        if (openings != null) {
            openings.addTo(json);
        }
        json.name("as").beginArray();
        for (Standing standing : standings) {
            json.beginObject()
                    .member("client", standing.client().toString())
                    .member("site", standing.site())
                    .member("decision", standing.word())
                    .member("reason", standing.reason())
                    .member(
                            "rule_position",
                            standing.at() == null ? null : standing.at().toString())
                    .endObject();
        }
        return json.endArray().endObject().toString();
    }
}
