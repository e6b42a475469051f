package dev.ipgate.problem;

import dev.ipgate.problem.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects what is wrong, so that one run reports everything. Not safe for use by several threads. */
public final class Problems {

    private final List<Problem> found = new ArrayList<>();
    private final Map<String, List<String>> sources = new HashMap<>();
    private final Map<String, Integer> fileOrder = new HashMap<>();

    /** Makes a file's lines known, so that problems in it can show the line at fault. */
    public void source(String file, String text) {
        sources.put(file, text.lines().toList());
        fileOrder.putIfAbsent(file, fileOrder.size());
    }

    /** Records something that makes the file unusable. */
    public void error(Position at, String setting, String message) {
        error(at, setting, message, sourceLine(at));
    }

    /** The same for a file too long to be made known: with the text of the line at fault. */
    public void error(Position at, String setting, String message, String sourceLine) {
        add(new Problem(Severity.ERROR, at, setting, message, sourceLine));
    }

    /** Records something that the operator should know, though the file can be used. */
    public void warning(Position at, String setting, String message) {
        warning(at, setting, message, sourceLine(at));
    }

    /** The same for a file too long to be made known: with the text of the line at fault. */
    public void warning(Position at, String setting, String message, String sourceLine) {
        add(new Problem(Severity.WARNING, at, setting, message, sourceLine));
    }

    /** Records what was found elsewhere. */
    public void addAll(List<Problem> others) {
        others.forEach(this::add);
    }

    public boolean hasErrors() {
        return found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    /** The warnings, in the order of {@link #all()}. */
    public List<Problem> warnings() {
        return all().stream()
                .filter(problem -> problem.severity() == Severity.WARNING)
                .toList();
    }

    /** Everything found, file by file and each file from top to bottom, in whatever order it was noticed. */
    public List<Problem> all() {
        Comparator<Problem> byFile = Comparator.comparing(
                problem -> fileOrder.getOrDefault(problem.at().file(), fileOrder.size()));
        return found.stream()
                .sorted(byFile.thenComparingInt(problem -> problem.at().line())
                        .thenComparingInt(problem -> problem.at().column()))
                .toList();
    }

    /**
     * Ends a reading that found errors.
     *
     * @throws ConfigException with all problems, warnings included, if at least one is an error
     */
    public void throwIfErrors() {
        if (hasErrors()) {
            throw new ConfigException(all());
        }
    }

    private void add(Problem problem) {
        fileOrder.putIfAbsent(problem.at().file(), fileOrder.size());
        found.add(problem);
    }

    private String sourceLine(Position at) {
        List<String> lines = sources.getOrDefault(at.file(), List.of());
        return at.line() >= 1 && at.line() <= lines.size() ? lines.get(at.line() - 1) : "";
    }
}
