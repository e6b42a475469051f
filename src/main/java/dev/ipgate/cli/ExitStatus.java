package dev.ipgate.cli;

/** What the commands tell the shell; the numbers over 63 are those of {@code sysexits.h}. */
public final class ExitStatus {

    public static final int OK = 0;
    /** The command failed, or {@code explain} says that the request would be refused. */
    public static final int FAILED = 1;
    /** {@code explain} says that a password decides. */
    public static final int PASSWORD = 2;
    /** Wrong usage: {@code EX_USAGE}. */
    public static final int USAGE = 64;
    /** What was asked for is not to be had: {@code EX_UNAVAILABLE}. */
    public static final int UNAVAILABLE = 69;
    /** Something is wrong with the conf file: {@code EX_CONFIG}. */
    public static final int CONFIG = 78;

    private ExitStatus() {}
}
