package dev.ipgate.lists;

import dev.ipgate.problem.Problem;
import java.io.IOException;
import java.util.List;

/** Says why a group's source cannot be used; the message is for the operator. */
public final class SourceException extends IOException {

    private static final long serialVersionUID = 1;

    private final transient List<Problem> problems;

    public SourceException(String message) {
        super(message);
        problems = List.of();
    }

    public SourceException(String message, Throwable cause) {
        super(message, cause);
        problems = List.of();
    }

    /** @param problems what is wrong, each at its own file and line */
    public SourceException(String message, List<Problem> problems) {
        super(message);
        this.problems = List.copyOf(problems);
    }

    /** What is wrong at lines of a file; empty where the message says everything. */
    public List<Problem> problems() {
        return problems;
    }
}
