package dev.ipgate.cli;

import dev.ipgate.cli.Arguments.Option;
import dev.ipgate.server.Gate;
import dev.ipgate.server.HeadStart;
import dev.ipgate.server.Signals;
import dev.ipgate.server.Systemd;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** {@code serve}: runs the gate until SIGTERM or SIGINT; SIGHUP reloads. */
public final class Serve implements Command {

    private static final Option DEMO = Option.flag("--demo");
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final PrintStream err;

    public Serve(PrintStream err) {
        this.err = err;
    }

    @Override
    public String help() {
        return """
                ipgate serve [-c FILE] [--demo]    runs the gate

                  -c, --conf FILE  the conf file; /etc/ipgate/ipgate.yaml, else conf/ipgate.yaml
                  --demo           also starts a small app where the conf file says the app is

                SIGHUP reads the conf file again, SIGUSR1 opens the access log's file anew, SIGTERM stops when what is
                in flight is done.
                Exit status: 0 stopped, 1 cannot listen, 78 the conf file is wrong.
                """;
    }

    @Override
    public int run(String[] args) throws IOException {
        Arguments arguments = Arguments.parse(args, ConfFile.OPTION, DEMO);
        arguments.operands();
        Path conf = ConfFile.of(arguments);
        HeadStart.begin();
        CountDownLatch stop = new CountDownLatch(1);
        AtomicReference<@Nullable Gate> running = new AtomicReference<>();
        Signals.on("HUP", () -> {
            Gate gate = running.get();
            if (gate != null) { // else the conf file is being read anyway
                gate.reloadAndLog();
            }
        });
        Signals.on("USR1", () -> {
            Gate gate = running.get();
            if (gate != null) {
                gate.reopenLog();
            }
        });
        Signals.on("TERM", stop::countDown);
        Signals.on("INT", stop::countDown);
        Systemd systemd = Systemd.here();
        ServiceLog log = ServiceLog.start();
        try (Gate gate = Gate.start(conf, systemd)) {
            running.set(gate);
            if (arguments.has(DEMO)) {
                startDemo(gate);
            }
            for (InetSocketAddress address : gate.addresses()) {
                err.println("ipgate listens on " + Listening.text(address) + ", rules from " + conf);
            }
            InetSocketAddress admin = gate.adminAddress();
            if (admin != null) {
                err.println("the gate's own pages are on " + Listening.text(admin));
            }
            systemd.ready("serving, rules from " + conf);
            stop.await();
            systemd.stopping();
            gate.close(GRACE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            log.close();
        }
        return ExitStatus.OK;
    }

    /**
     * The demo app runs as long as the process does, where the gate looks for the app: anywhere else it would be of no
     * use.
     */
    private void startDemo(Gate gate) throws IOException {
        DemoApp demo;
        try {
            demo = DemoApp.start(gate.firstApp());
        } catch (IllegalArgumentException e) {
            throw new UsageException("--demo: " + e.getMessage());
        }
        err.println("the demo app listens on " + Listening.text(demo.address()));
    }
}
