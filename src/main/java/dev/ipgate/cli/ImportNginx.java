package dev.ipgate.cli;

import dev.ipgate.nginx.Finding;
import dev.ipgate.nginx.NginxConf;
import dev.ipgate.nginx.NginxImport;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;

/** {@code import-nginx}: makes a conf file of nginx's, and says line by line what could not come along. */
public final class ImportNginx implements Command {

    private final PrintStream out;
    private final PrintStream err;

    public ImportNginx(PrintStream out, PrintStream err) {
        this.out = out;
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate import-nginx FILE           makes a conf file of nginx's

                  FILE  nginx.conf, or a part of it such as a file of sites-enabled

                The conf file goes to stdout. What it leaves out is told on stderr, by line: "matters" is what decides
                who gets in, or what the app or its users depend on; "harmless" is the rest.

                Exit status: 0 nothing that matters was left out, 1 something was, 78 nginx could not read FILE either,
                64 wrong usage.
                """;
    }

    @Override
    public int run(String[] args) {
        Path file = file(Arguments.parse(args).operands("FILE").get(0));
        NginxImport imported = NginxImport.of(NginxConf.read(file));
        imported.findings().forEach(finding -> err.println(line(finding)));
        out.print(imported.yaml());
        return imported.leavesOutWhatMatters() ? ExitStatus.FAILED : ExitStatus.OK;
    }

    private static Path file(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException("\"" + text + "\" cannot be a file name");
        }
    }

    /** A finding in one line: {@code nginx.conf:12: matters: limit_req zone=one: limits how often…; keep …}. */
    private static String line(Finding finding) {
        String text = finding.at().fileAndLine() + ": " + finding.kind().name().toLowerCase(Locale.ROOT) + ": "
                + finding.directive() + ": " + finding.why() + (finding.todo().isEmpty() ? "" : "; " + finding.todo());
        return text.replaceAll("\\p{Cntrl}", "\uFFFD");
    }
}
