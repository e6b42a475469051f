package dev.ipgate.config;

import dev.ipgate.config.MissingQuotes.Found;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.error.Mark;

/**
 * The text that the parser reads. Where quotes were forgotten it gets them, after the mistake was reported, so that the
 * rest of the file is checked too; positions stay those of the file.
 */
final class YamlSource {

    private final String file;
    private final Problems problems;
    private final String[] lines;
    private final Map<Integer, List<Integer>> inserted = new HashMap<>(); // line → columns at which a quote was put in

    YamlSource(String file, String text, Problems problems) {
        this.file = file;
        this.problems = problems;
        this.lines = text.split("\n", -1);
    }

    String text() {
        return String.join("\n", lines);
    }

    /** A line as it is now, counted from 0. */
    String line(int index) {
        return index < lines.length ? lines[index] : "";
    }

    Position position(Mark mark) {
        int column = mark.getColumn();
        long shift = inserted.getOrDefault(mark.getLine(), List.of()).stream()
                .filter(at -> at < column)
                .count();
        return new Position(file, mark.getLine() + 1, column - (int) shift + 1);
    }

    void error(Position at, String message) {
        problems.error(at, "", message);
    }

    /** Reports what needs quotes in a line, and puts them there; false if nothing does. */
    boolean quote(int index) {
        String line = line(index);
        List<Found> missing = MissingQuotes.in(line);
        StringBuilder repaired = new StringBuilder(line);
        List<Integer> columns = new ArrayList<>();
        for (int i = missing.size() - 1; i >= 0; i--) {
            repaired.insert(missing.get(i).to(), '"').insert(missing.get(i).from(), '"');
        }
        for (Found found : missing) {
            int from = line.codePointCount(0, found.from());
            error(
                    new Position(file, index + 1, from + 1 - quotesBefore(index, from)),
                    MissingQuotes.message(found.text()));
            columns.addAll(Arrays.asList(
                    from + columns.size(),
                    from + columns.size() + 1 + found.text().length()));
        }
        if (!missing.isEmpty()) {
            lines[index] = repaired.toString();
            inserted.computeIfAbsent(index, key -> new ArrayList<>()).addAll(columns);
        }
        return !missing.isEmpty();
    }

    private int quotesBefore(int line, int column) {
        return (int) inserted.getOrDefault(line, List.of()).stream()
                .filter(at -> at < column)
                .count();
    }
}
