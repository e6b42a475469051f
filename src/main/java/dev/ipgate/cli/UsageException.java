package dev.ipgate.cli;

/** A command line that cannot be understood. Its message is what the user sees; the exit status is 64. */
public final class UsageException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message, null, false, false);
    }
}
