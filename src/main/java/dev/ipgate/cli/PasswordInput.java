package dev.ipgate.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Console;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;

/** Where a password comes from: somebody at the terminal, who does not see it, or a line of standard input. */
final class PasswordInput {

    private static final int LONGEST_LINE = 4096; // bytes

    private final InputStream in;

    PasswordInput(InputStream in) {
        this.in = in;
    }

    /**
     * A line of standard input, without its end.
     *
     * @throws IOException if there is none, or one that is no password
     */
    String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int c = in.read();
        if (c < 0) {
            throw new IOException("standard input is empty; it should have the password, in one line");
        }
        while (c >= 0 && c != '\n') {
            if (line.size() == LONGEST_LINE) {
                throw new IOException("the line on standard input is too long for a password");
            }
            line.write(c);
            c = in.read();
        }
        try {
            String text = UTF_8.newDecoder()
                    .decode(ByteBuffer.wrap(line.toByteArray()))
                    .toString();
            return text.endsWith("\r") ? text.substring(0, text.length() - 1) : text;
        } catch (CharacterCodingException e) {
            throw new IOException("the password on standard input is not UTF-8", e);
        }
    }

    /** Asks for a password. */
    String once(String user) throws IOException {
        return ask(terminal(), "Password of " + user + ": ");
    }

    /** Asks for a new password until it has been typed twice; unlike a wrong one, a slip here would lock somebody out. */
    String twice(String user) throws IOException {
        Console terminal = terminal();
        String password = ask(terminal, "New password for " + user + ": ");
        if (!ask(terminal, "The same again: ").equals(password)) {
            throw new IOException("these are two different passwords; nothing was changed");
        }
        return password;
    }

    // Java 22 to 24 have a console without a terminal too, unless the property says otherwise.
    @SuppressWarnings("SystemConsoleNull")
    private static Console terminal() throws IOException {
        System.setProperty("jdk.console", "java.base");
        Console terminal = System.console();
        if (terminal == null) {
            throw new IOException("there is no terminal to ask for the password; use --stdin");
        }
        return terminal;
    }

    private static String ask(Console terminal, String question) throws IOException {
        char[] typed = terminal.readPassword("%s", question);
        if (typed == null) {
            throw new IOException("no password was typed; nothing was changed");
        }
        return new String(typed);
    }
}
