package dev.ipgate.problem;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration that cannot be used. Its message is what the operator sees: every problem, no stack trace. */
public final class ConfigException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::withExcerpt).collect(Collectors.joining("\n")), null, false, false);
        this.problems = List.copyOf(problems);
    }

    public List<Problem> problems() {
        return problems;
    }
}
