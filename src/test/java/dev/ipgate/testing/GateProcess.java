package dev.ipgate.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The jar as an operator runs it: a process of its own, with what it prints in files. Ends with the test. */
public final class GateProcess implements AutoCloseable {

    private static final long PATIENCE_SECONDS = 30;
    private static final Pattern LISTENS = Pattern.compile("ipgate listens on 127\\.0\\.0\\.1:(\\d+)");

    /**
     * With which Java, and in which surroundings.
     *
     * @param java its program
     * @param options the JVM's own options
     * @param environment what is set besides; JOURNAL_STREAM is unset unless it is named here
     * @param jar ipgate's
     */
    public record Launch(Path java, List<String> options, Map<String, String> environment, Path jar) {

        private static final List<String> SIGNALS_AS_USUAL = signalsAsUsual();

        /** The Java that runs the test, with no options. */
        public static Launch plain() {
            return new Launch(Path.of(System.getProperty("java.home"), "bin", "java"), List.of(), Map.of(), builtJar());
        }

        public Launch with(Path otherJava) {
            return new Launch(otherJava, options, environment, jar);
        }

        /** Another copy of the jar, such as one that does not lie alone. */
        public Launch withJar(Path copy) {
            return new Launch(java, options, environment, copy);
        }

        public Launch with(String... moreOptions) {
            List<String> all = new ArrayList<>(options);
            all.addAll(Arrays.asList(moreOptions));
            return new Launch(java, List.copyOf(all), environment, jar);
        }

        public Launch withEnvironment(String name, String value) {
            Map<String, String> all = new HashMap<>(environment);
            all.put(name, value);
            return new Launch(java, options, Map.copyOf(all), jar);
        }

        /**
         * A shell starts what it puts in the background with SIGINT ignored, a JVM leaves ignored signals alone, and all of
         * this is inherited; GNU env puts it right.
         */
        private static List<String> signalsAsUsual() {
            List<String> env = List.of("env", "--default-signal=HUP,INT");
            List<String> trial = new ArrayList<>(env);
            trial.add("true");
            try {
                boolean works = new ProcessBuilder(trial).start().waitFor() == 0;
                return works ? env : List.of();
            } catch (IOException e) {
                return List.of(); // no such program here
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return List.of();
            }
        }

        /** Starts {@code java -jar ipgate.jar} with these arguments, in a folder that also takes what it prints. */
        public GateProcess start(Path folder, String... arguments) throws IOException {
            List<String> command = new ArrayList<>(SIGNALS_AS_USUAL);
            command.add(java.toString());
            command.addAll(options);
            command.addAll(List.of("-jar", jar.toString()));
            command.addAll(Arrays.asList(arguments));
            Path out = Files.createTempFile(folder, "out", ".txt");
            Path err = Files.createTempFile(folder, "err", ".txt");
            ProcessBuilder builder = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile());
            builder.environment().remove("JOURNAL_STREAM");
            builder.environment().putAll(environment);
            return new GateProcess(builder.start(), out, err);
        }

        /** Writes the conf file, starts a gate with it and waits until it listens. */
        public GateProcess serve(Path folder, String conf, String... arguments) throws IOException {
            Files.writeString(folder.resolve("ipgate.yaml"), conf);
            List<String> all = new ArrayList<>(List.of("serve", "-c", "ipgate.yaml"));
            all.addAll(Arrays.asList(arguments));
            GateProcess gate = start(folder, all.toArray(String[]::new));
            try {
                gate.await("it listens", () -> LISTENS.matcher(gate.err()).find());
                return gate;
            } catch (AssertionError e) {
                gate.close();
                throw e;
            }
        }

        private static Path builtJar() {
            String jar = System.getProperty("ipgate.jar");
            if (jar == null) {
                throw new IllegalStateException("set the system property ipgate.jar; mvn verify does");
            }
            return Path.of(jar).toAbsolutePath();
        }
    }

    private final Process process;
    private final Path out;
    private final Path err;

    private GateProcess(Process process, Path out, Path err) {
        this.process = process;
        this.out = out;
        this.err = err;
    }

    public long pid() {
        return process.pid();
    }

    /** Where its first listener can be reached. */
    public InetSocketAddress address() {
        Matcher listens = LISTENS.matcher(err());
        if (!listens.find()) {
            throw new AssertionError("it does not listen: " + err());
        }
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(listens.group(1)));
    }

    /** Asks once on a connection of its own. */
    public RawResponse getFrom(String source, String path, String... headerLines) throws IOException {
        try (RawClient client = RawClient.connect(source, address())) {
            return client.get(path, headerLines);
        }
    }

    /** What it printed to stdout so far. */
    public String out() {
        return read(out);
    }

    /** What it printed to stderr so far. */
    public String err() {
        return read(err);
    }

    /** Sends it a signal, such as HUP. */
    public void signal(String name) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .redirectErrorStream(true)
                .start();
        String said = new String(kill.getInputStream().readAllBytes(), UTF_8);
        if (exitStatus(kill) != 0) {
            throw new IOException("kill -" + name + ": " + said);
        }
    }

    /** Waits until something is so, at most as long as any machine could need. */
    public void await(String what, BooleanSupplier isSo) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!isSo.getAsBoolean()) {
            boolean lives = process.isAlive();
            if (System.nanoTime() > deadline || (!lives && !isSo.getAsBoolean())) {
                throw new AssertionError("waited in vain until " + what + "; it " + (lives ? "lives" : "has ended")
                        + ", stdout:\n" + out() + "stderr:\n" + err());
            }
            pause();
        }
    }

    /** Waits for its end. */
    public int exitStatus() {
        return exitStatus(process);
    }

    private static int exitStatus(Process process) {
        try {
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("process " + process.pid() + " has not ended");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static void pause() {
        try {
            Thread.sleep(10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError("cannot read " + file, e);
        }
    }

    /** Ends it, if it has not ended by itself. */
    @Override
    public void close() {
        process.destroyForcibly();
        exitStatus(process);
    }
}
