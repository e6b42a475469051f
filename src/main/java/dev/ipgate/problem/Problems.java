package dev.ipgate.problem;

import dev.ipgate.problem.Problem.Severity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong, so that one run reports everything. Not safe for use by several threads. */
public final class Problems {

    private final List<Problem> found = new ArrayList<>();
    private final Map<String, List<String>> sources = new HashMap<>();

    /** Makes a file's lines known, so that problems in it can show the line at fault. */
    public void source(String file, String text) {
        sources.put(file, text.lines().toList());
    }

    /** Records something that makes the file unusable. */
    public void error(Position at, String setting, String message) {
        found.add(new Problem(Severity.ERROR, at, setting, message, sourceLine(at)));
    }

    /** Records something that the operator should know, though the file can be used. */
    public void warning(Position at, String setting, String message) {
        found.add(new Problem(Severity.WARNING, at, setting, message, sourceLine(at)));
    }

    public boolean hasErrors() {
        return found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    public List<Problem> warnings() {
        return found.stream()
                .filter(problem -> problem.severity() == Severity.WARNING)
                .toList();
    }

    /**
     * Ends a reading that found errors.
     *
     * @throws ConfigException with all problems, warnings included, if at least one is an error
     */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new ConfigException(found);
        }
    }

    private String sourceLine(Position at) {
        List<String> lines = sources.getOrDefault(at.file(), List.of());
        return at.line() >= 1 && at.line() <= lines.size() ? lines.get(at.line() - 1) : "";
    }
}
