package dev.ipgate.problem;

/**
 * A place in a file that a person wrote.
 *
 * @param file the file's name, as the person gave it
 * @param line the line, from 1; 0 where the whole file is meant
 * @param column the column, from 1; 0 where the whole line is meant
 */
public record Position(String file, int line, int column) {

    /** The place that is the whole of a file. */
    public static Position of(String file) {
        return new Position(file, 0, 0);
    }

    /** The place as {@code file:line}, for logs and reasons. */
    public String fileAndLine() {
        return line == 0 ? file : file + ":" + line;
    }

    /** Spelt out, as all that are needed at a start: those that a record has by itself are worked out at run time. */
    @Override
    public int hashCode() {
        return 31 * (31 * file.hashCode() + line) + column;
    }

    @Override
    public String toString() {
        return column == 0 ? fileAndLine() : fileAndLine() + ":" + column;
    }
}
