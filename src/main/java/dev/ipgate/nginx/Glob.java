package dev.ipgate.nginx;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/** File names with {@code *}, {@code ?} and {@code [a-z]}, as glob(3) expands them: sorted, and none is no mistake. */
final class Glob {

    private static final int MOST = 10_000;

    private Glob() {}

    static boolean isGlob(String pattern) {
        return pattern.chars().anyMatch(c -> c == '*' || c == '?' || c == '[');
    }

    /** The files that a pattern stands for, below a folder unless it is absolute. */
    static List<Path> files(Path folder, String pattern) throws IOException {
        List<Path> found = List.of(pattern.startsWith("/") ? Path.of("/") : folder);
        for (String segment : pattern.split("/+", -1)) {
            if (segment.isEmpty()) {
                continue;
            }
            List<Path> next = new ArrayList<>();
            for (Path path : found) {
                if (isGlob(segment)) {
                    next.addAll(matching(path, segment));
                } else if (Files.exists(path.resolve(segment))) {
                    next.add(path.resolve(segment));
                }
            }
            if (next.size() > MOST) {
                throw new IOException("there are more than " + MOST);
            }
            found = next;
        }
        return found.stream().sorted(Comparator.comparing(Path::toString)).toList();
    }

    private static List<Path> matching(Path folder, String segment) throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        Pattern pattern = pattern(segment);
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.filter(entry ->
                            matches(pattern, segment, entry.getFileName().toString()))
                    .limit(MOST + 1L)
                    .toList();
        }
    }

    /** A dot in front is matched by a dot alone. */
    private static boolean matches(Pattern pattern, String segment, String name) {
        return (!name.startsWith(".") || segment.startsWith("."))
                && pattern.matcher(name).matches();
    }

    private static Pattern pattern(String segment) {
        StringBuilder regex = new StringBuilder();
        int i = 0;
        while (i < segment.length()) {
            char c = segment.charAt(i);
            int close = c == '[' ? segment.indexOf(']', i + 2) : -1;
            if (close > 0) {
                String members =
                        segment.substring(i + 1, close).replace("\\", "\\\\").replace("[", "\\[");
                members = members.replace("&&", "&\\&");
                regex.append('[')
                        .append(members.startsWith("!") ? "^" + members.substring(1) : members)
                        .append(']');
                i = close;
            } else if (c == '*') {
                regex.append(".*");
            } else if (c == '?') {
                regex.append('.');
            } else {
                regex.append(Pattern.quote(String.valueOf(c)));
            }
            i++;
        }
        try {
            return Pattern.compile(regex.toString(), Pattern.DOTALL);
        } catch (PatternSyntaxException e) {
            return Pattern.compile(Pattern.quote(segment));
        }
    }
}
