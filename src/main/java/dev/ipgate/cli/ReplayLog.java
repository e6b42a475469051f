package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.replay.Replay;
import dev.ipgate.replay.ReplayReport;
import dev.ipgate.server.Configuration;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/** {@code replay}: what a conf file would have decided about the requests of an access log. */
public final class ReplayLog implements Command {

    private static final Option HOST = Option.value("--host", "HOST");
    private static final Option JSON = Option.flag("--json");
    private static final int BUFFER = 64 << 10;

    private final InputStream in;
    private final PrintStream out;

    public ReplayLog(InputStream in, PrintStream out) {
        this.in = in;
        this.out = out;
    }

    @Override
    public String help() {
        return """
                ipgate replay ACCESS_LOG [-c FILE] [--host HOST] [--json]    says what the conf file would have decided

                  -c, --conf FILE  the conf file, a new one perhaps; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --host HOST      the Host of requests where the log has none; one of the conf file's unless given
                  --json           the answer as JSON

                ACCESS_LOG is in nginx's and Apache's combined format, or one of ipgate's own, combined or JSON; one that
                ends in .gz is unpacked, and - is what comes in on stdin. Only addresses are judged, as of now.
                Exit status: 0 done, whatever was found, 1 the log cannot be read, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, HOST, JSON);
        String log = arguments.operands("ACCESS_LOG").get(0);
        Instant now = Instant.now();
        Configuration configuration = Configuration.load(ConfFile.of(arguments), now);
        String host = arguments.value(HOST);
        Replay replay = new Replay(configuration, host == null ? configuration.someHost() : host, now.getEpochSecond());
        if (log.equals("-")) {
            replay.read(in);
        } else {
            read(Path.of(log), replay);
        }
        out.print(arguments.has(JSON) ? ReplayReport.json(replay) + "\n" : ReplayReport.text(replay));
        return ExitStatus.OK;
    }

    private static void read(Path log, Replay replay) throws IOException {
        try (InputStream file = Files.newInputStream(log)) {
            replay.read(log.toString().endsWith(".gz") ? new GZIPInputStream(file, BUFFER) : file);
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file \"" + log + "\"", e);
        } catch (EOFException | ZipException e) {
            throw new IOException("\"" + log + "\" is not whole, or not packed by gzip", e);
        }
    }
}
