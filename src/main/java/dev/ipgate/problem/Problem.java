package dev.ipgate.problem;

/**
 * One thing that the operator must fix, or at least know: where, which setting, and what is wrong with it.
 *
 * @param severity whether the file can be used all the same
 * @param at where
 * @param setting the path of the setting, such as {@code rules[3].allow}; empty where no setting is to blame
 * @param message what is wrong and what to write instead
 * @param sourceLine the text of the line at fault, or empty where there is none to show
 */
public record Problem(Severity severity, Position at, String setting, String message, String sourceLine) {

    /** How much a problem weighs. */
    public enum Severity {
        /** The file cannot be used. */
        ERROR,
        /** The file can be used, but hardly means what its author thinks. */
        WARNING
    }

    private static final int LONGEST_MESSAGE = 1000; // a file may hold a value of any length, and messages quote it

    /** The problem in one line: {@code ipgate.yaml:1:10: rules[0].allow: "10.0.0.1/8" has host bits set; …}. */
    @Override
    public String toString() {
        String said = message.length() > LONGEST_MESSAGE ? message.substring(0, LONGEST_MESSAGE) + "…" : message;
        return Excerpt.printable(at + ": " + (severity == Severity.WARNING ? "warning: " : "")
                + (setting.isEmpty() ? "" : setting + ": ") + said);
    }

    /** The problem, and under it the line at fault with a caret at the column. */
    public String withExcerpt() {
        String excerpt = Excerpt.of(sourceLine, at.column());
        return excerpt.isEmpty() ? toString() : this + "\n" + excerpt;
    }
}
