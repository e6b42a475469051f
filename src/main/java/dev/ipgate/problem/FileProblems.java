package dev.ipgate.problem;

/**
 * The problems of one long file. The first ones are told as they are, and the others counted: so that a file with a million
 * mistakes does not fill the screen, and that a mistake behind many is one all the same.
 */
public final class FileProblems {

    private static final int MOST_SHOWN = 20;

    private final String file;
    private final Problems problems;
    private int shown;
    private long hiddenErrors;
    private long hiddenWarnings;

    /** @param file as it is named in positions */
    public FileProblems(String file, Problems problems) {
        this.file = file;
        this.problems = problems;
    }

    /** See {@link Problems#error(Position, String, String, String)}. */
    public void error(Position at, String message, String sourceLine) {
        if (shown < MOST_SHOWN) {
            shown++;
            problems.error(at, "", message, sourceLine);
        } else {
            hiddenErrors++;
        }
    }

    /** See {@link Problems#warning(Position, String, String, String)}. */
    public void warning(Position at, String message, String sourceLine) {
        if (shown < MOST_SHOWN) {
            shown++;
            problems.warning(at, "", message, sourceLine);
        } else {
            hiddenWarnings++;
        }
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return shown == 0;
    }

    /** Tells how many were not shown, as an error if one of them is. To be called once, when the file is read. */
    public void end() {
        long hidden = hiddenErrors + hiddenWarnings;
        if (hiddenErrors > 0) {
            problems.error(Position.of(file), "", "… and " + hidden + " more", "");
        } else if (hidden > 0) {
            problems.warning(Position.of(file), "", "… and " + hidden + " more", "");
        }
    }
}
