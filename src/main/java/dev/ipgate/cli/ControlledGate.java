package dev.ipgate.cli;

import dev.ipgate.config.ConfigReader;
import dev.ipgate.config.Settings;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Problems;
import dev.ipgate.server.ControlSocket.Answer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.ConnectException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The gate that answers on the control socket of a conf file. Nothing but the conf file is read to find it. */
final class ControlledGate {

    private final Path socket;

    private ControlledGate(Path socket) {
        this.socket = socket;
    }

    /**
     * Finds it.
     *
     * @throws ConfigException if the conf file has mistakes
     * @throws UsageException if it names no control socket
     */
    static ControlledGate of(Arguments arguments) {
        Problems problems = new Problems();
        Settings settings = ConfigReader.read(ConfFile.of(arguments), problems);
        problems.throwIfErrors();
        Path socket = settings == null ? null : settings.control();
        if (socket == null) {
            throw new UsageException(
                    "the running gate is asked over the control socket, and the conf file has none; write"
                            + " such as control: /run/ipgate/control");
        }
        return new ControlledGate(socket);
    }

    /**
     * Asks it something.
     *
     * @return null if no gate answers, which has been told
     * @throws IOException if one does, but not to this user, or not in full
     */
    @Nullable
    Answer ask(String command, PrintStream err) throws IOException {
        try {
            return ControlClient.ask(socket, command);
        } catch (ConnectException e) {
            err.println(e.getMessage());
            return null;
        }
    }

    /**
     * The same for a command that prints what it is answered.
     *
     * @return the exit status
     */
    int tell(String command, PrintStream out, PrintStream err) throws IOException {
        Answer answer = ask(command, err);
        if (answer == null) {
            return ExitStatus.UNAVAILABLE;
        }
        (answer.status() == ExitStatus.OK ? out : err).print(answer.text());
        return answer.status();
    }

    /** A command with its words, which the gate takes apart at the tabs. */
    static String line(String... words) {
        for (String word : words) {
            if (word.chars().anyMatch(Character::isISOControl)) {
                throw new UsageException("\"" + word.replaceAll("\\p{Cntrl}", "?") + "\" has a control character");
            }
        }
        return String.join("\t", words);
    }

    /** For whom root acts, as sudo has it; empty for nobody. */
    static String sudoUser() {
        String user = System.getenv("SUDO_USER");
        return user == null || user.chars().anyMatch(Character::isISOControl) ? "" : user;
    }
}
