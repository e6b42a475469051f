package dev.ipgate.cli;

import java.io.IOException;

/** Something that ipgate does when told so: arguments in, exit status out. */
public interface Command {

    /** What it does and how to call it, for {@code --help}. */
    String help();

    /**
     * Does it.
     *
     * @param args the whole command line
     * @return the exit status
     * @throws UsageException if the arguments are wrong
     * @throws IOException if something it needs cannot be had; its message says what
     */
    int run(String[] args) throws IOException;
}
