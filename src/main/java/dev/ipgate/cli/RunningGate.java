package dev.ipgate.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A gate that runs on this machine, found among the processes by its command line. */
final class RunningGate {

    private final long pid;

    private RunningGate(long pid) {
        this.pid = pid;
    }

    /** The one gate that serves this conf file; null if there is none, or more than one. */
    static @Nullable RunningGate find(Path conf) {
        List<Long> found = ProcessHandle.allProcesses()
                .filter(process -> process.pid() != ProcessHandle.current().pid())
                .filter(process -> serves(process, conf))
                .map(ProcessHandle::pid)
                .toList();
        return found.size() == 1 ? new RunningGate(found.get(0)) : null;
    }

    long pid() {
        return pid;
    }

    /** Sends SIGHUP. Java can send no signal itself, and a shell has its own kill where there is no such program. */
    void hangUp() throws IOException {
        Process kill = new ProcessBuilder("sh", "-c", "kill -HUP " + pid)
                .redirectErrorStream(true)
                .start();
        String said = new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (kill.waitFor() != 0) {
                throw new IOException("process " + pid + " could not be sent SIGHUP: " + said.strip());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted", e);
        }
    }

    private static boolean serves(ProcessHandle process, Path conf) {
        String[] words = process.info().arguments().orElse(new String[0]);
        int program = 0;
        while (program < words.length && !isIpgate(words[program])) {
            program++;
        }
        if (program == words.length) {
            return false;
        }
        String[] args = Arrays.copyOfRange(words, program + 1, words.length);
        boolean serving = args.length == 0 || args[0].startsWith("-") || args[0].equals(Arguments.DEFAULT_COMMAND);
        return serving && sameFile(namedConf(args), conf, process.pid());
    }

    private static boolean isIpgate(String word) {
        return word.endsWith("ipgate.jar") || word.equals("dev.ipgate.Main");
    }

    /** The conf file that a command line names; null for the default. */
    private static @Nullable String namedConf(String[] args) {
        for (int i = 0; i < args.length; i++) {
            if ((args[i].equals("-c") || args[i].equals("--conf")) && i + 1 < args.length) {
                return args[i + 1];
            }
            if (args[i].startsWith("--conf=")) {
                return args[i].substring("--conf=".length());
            }
        }
        return null;
    }

    /** Whether what the process calls its conf file, seen from its folder, is ours. */
    private static boolean sameFile(@Nullable String named, Path conf, long pid) {
        try {
            Path folder = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
            Path theirs = named == null ? ConfFile.defaultIn(folder) : folder.resolve(named);
            return Files.isSameFile(theirs, conf);
        } catch (IOException e) {
            return false; // gone meanwhile, or somebody else's
        }
    }
}
