package dev.ipgate;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.cli.Arguments;
import dev.ipgate.cli.Check;
import dev.ipgate.cli.Command;
import dev.ipgate.cli.ExitStatus;
import dev.ipgate.cli.Explain;
import dev.ipgate.cli.Granted;
import dev.ipgate.cli.ImportNginx;
import dev.ipgate.cli.LetIn;
import dev.ipgate.cli.MakeInvite;
import dev.ipgate.cli.Passwd;
import dev.ipgate.cli.Reload;
import dev.ipgate.cli.ReplayLog;
import dev.ipgate.cli.Revoke;
import dev.ipgate.cli.Serve;
import dev.ipgate.cli.SshSession;
import dev.ipgate.cli.UsageException;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problem;
import dev.ipgate.server.CannotListenException;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Arguments in, exit status out. */
public final class Main {

    private final PrintStream out;
    private final PrintStream err;
    private final Map<String, Command> commands = new LinkedHashMap<>();

    /**
     * Messages go to {@code err}, answers to {@code out}; from {@code in} comes what a command is told to read.
     *
     * @param operator where whoever types a command sits, if it is known
     */
    Main(InputStream in, PrintStream out, PrintStream err, Supplier<@Nullable IpAddress> operator) {
        this.out = out;
        this.err = err;
        commands.put("serve", new Serve(err));
        commands.put("check", new Check(out, err));
        commands.put("explain", new Explain(out, err));
        commands.put("import-nginx", new ImportNginx(out, err));
        commands.put("reload", new Reload(out, err, operator));
        commands.put("grant", new LetIn(in, out, err, operator));
        commands.put("grants", new Granted(out, err));
        commands.put("revoke", new Revoke(out, err));
        commands.put("invite", new MakeInvite(out, err));
        commands.put("replay", new ReplayLog(in, out));
        commands.put("passwd", new Passwd(in, err));
    }

    /** With whoever types the command at the other end of this process's SSH session, if it has one. */
    Main(InputStream in, PrintStream out, PrintStream err) {
        this(in, out, err, SshSession::client);
    }

    public static void main(String[] args) {
        prepare();
        System.exit(new Main(System.in, System.out, System.err).run(args));
    }

    /** What comes before any command, once in a process. */
    static void prepare() {
        configureLogging();
        configureTls();
        Thread.setDefaultUncaughtExceptionHandler(Main::uncaught);
    }

    /**
     * A thread that found no memory has left something half done, and no other thread can tell what. So the process ends,
     * and what watches over it starts a new one. A request or a reload that finds too little fails by itself,
     * and all goes on.
     */
    private static void uncaught(Thread thread, Throwable e) {
        if (e instanceof OutOfMemoryError) {
            new PrintStream(new FileOutputStream(FileDescriptor.err), true, UTF_8) // no other thread writes it any more
                    .println("ipgate: out of memory, so it ends: " + e.getMessage());
            Runtime.getRuntime().halt(ExitStatus.FAILED);
        }
        System.err.println("ipgate: thread " + thread.getName() + " failed");
        e.printStackTrace();
    }

    /** Lines fit for journald, which adds the time itself and says so in JOURNAL_STREAM. */
    private static void configureLogging() {
        System.setProperty("org.jboss.logging.provider", "slf4j");
        setDefault("org.jboss.logging.locale", "und"); // there are no translations, and a start need not look for them
        setDefault("slf4j.provider", "org.slf4j.simple.SimpleServiceProvider"); // the same
        setDefault("slf4j.internal.verbosity", "WARN"); // else it says that it was told so
        if (System.getenv("JOURNAL_STREAM") == null) { // a format that is set is worked out, whether it is used or not
            setDefault("org.slf4j.simpleLogger.showDateTime", "true");
            setDefault("org.slf4j.simpleLogger.dateTimeFormat", "yyyy-MM-dd'T'HH:mm:ssXXX");
        }
        setDefault("org.slf4j.simpleLogger.showThreadName", "false");
        setDefault("org.slf4j.simpleLogger.showLogName", "false");
        setDefault("org.slf4j.simpleLogger.log.org.xnio", "warn");
        setDefault("org.slf4j.simpleLogger.log.org.jboss", "warn");
        setDefault("org.slf4j.simpleLogger.log.io.undertow", "error"); // a stranger's bad request is not our trouble
    }

    /**
     * The curves of Mozilla's intermediate profile, and P-521 for keys that have it. The JDK would do ffdhe8192 as well,
     * which takes tens of milliseconds, for any stranger who asks. It reads this once, before the first handshake.
     */
    private static void configureTls() {
        setDefault("jdk.tls.namedGroups", "x25519,secp256r1,secp384r1,secp521r1");
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    int run(String[] args) {
        try {
            if (args.length > 0 && (args[0].equals("--help") || args[0].equals("-h"))) {
                out.print(overview());
                return ExitStatus.OK;
            }
            if (Arrays.asList(args).contains("--version")) {
                out.println("ipgate " + version());
                return ExitStatus.OK;
            }
            Command command = command(args);
            if (Arrays.asList(args).contains("--help") || Arrays.asList(args).contains("-h")) {
                out.print(command.help());
                return ExitStatus.OK;
            }
            return command.run(args);
        } catch (UsageException e) {
            err.println("ipgate: " + e.getMessage() + "\nTry: ipgate --help");
            return ExitStatus.USAGE;
        } catch (ConfigException e) {
            e.problems().stream().map(Problem::withExcerpt).forEach(err::println);
            return ExitStatus.CONFIG;
        } catch (CannotListenException | IOException e) {
            err.println("ipgate: " + e.getMessage());
            return ExitStatus.FAILED;
        }
    }

    private Command command(String[] args) {
        Command command = commands.get(Arguments.command(args, commands.keySet()));
        if (command == null) {
            throw new IllegalStateException("every known command is here");
        }
        return command;
    }

    private String overview() {
        StringBuilder text =
                new StringBuilder("ipgate lets the addresses through that you allow, and nobody else.\n\n");
        commands.values()
                .forEach(command -> text.append("  ")
                        .append(command.help().lines().findFirst().orElse(""))
                        .append('\n'));
        return text.append("\nipgate COMMAND --help says more; without a command it serves.\n")
                .toString();
    }

    private static String version() {
        String version = Main.class.getPackage().getImplementationVersion();
        return version == null ? "(not packaged)" : version;
    }
}
