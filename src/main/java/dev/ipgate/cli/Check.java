package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.json.JsonWriter;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problem;
import dev.ipgate.server.Configuration;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;

/** {@code check}: reads the conf file as {@code serve} would, and says everything that is wrong with it; nginx -t. */
public final class Check implements Command {

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
                ipgate check [-c FILE] [--json]    says what is wrong with the conf file

                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --json           the problems as JSON, on stdout

                Exit status: 0 the file can be used (there may be warnings), 78 it cannot.
                """;
    }

    @Override
    public int run(String[] args) {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, JSON);
        arguments.operands();
        Path conf = ConfFile.of(arguments);
        List<Problem> problems;
        boolean usable = true;
        try {
            problems = Configuration.load(conf, Instant.now()).warnings();
        } catch (ConfigException e) {
            problems = e.problems();
            usable = false;
        }
        if (arguments.has(JSON)) {
            out.println(json(conf, usable, problems));
        } else {
            problems.forEach(problem -> err.println(problem.withExcerpt()));
            err.println(summary(conf, usable, problems.size()));
        }
        return usable ? ExitStatus.OK : ExitStatus.CONFIG;
    }

    private static String summary(Path conf, boolean usable, int count) {
        if (usable) {
            return conf + ": fine" + (count == 0 ? "" : ", with " + count + (count == 1 ? " warning" : " warnings"));
        }
        return conf + ": cannot be used; " + count + (count == 1 ? " problem" : " problems");
    }

    private static String json(Path conf, boolean usable, List<Problem> problems) {
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
        return json.endArray().endObject().toString();
    }
}
