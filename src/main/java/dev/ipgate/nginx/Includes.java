package dev.ipgate.nginx;

import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads files and those that they include, in nginx's order. The only part of the package that touches files. */
final class Includes {

    private static final long MOST_BYTES = 64L << 20; // of all files together, each as often as it is included
    private static final int MOST_FILES = 10_000;
    private static final int DEEPEST = 40; // files in files

    private final Path prefix;
    private final Deque<Path> open = new ArrayDeque<>();
    private long bytes;
    private int files;

    /** @param prefix the folder that relative names are relative to */
    Includes(Path prefix) {
        this.prefix = prefix;
    }

    /** Reads the file that was named, as it was named. */
    List<Directive> readFirst(Path file) {
        return read(
                file,
                0,
                null,
                message -> new ConfigException(
                        List.of(new Problem(Severity.ERROR, Position.of(file.toString()), "", message, ""))));
    }

    /**
     * Reads what an {@code include} names.
     *
     * @param pattern a file or a glob
     * @param depth how many blocks are around it
     * @param around the directive whose block it is in; null for none
     * @param wrong makes an exception of a message
     */
    List<Directive> read(String pattern, int depth, @Nullable String around, Function<String, ConfigException> wrong) {
        List<Path> found;
        try {
            found = Glob.isGlob(pattern) ? Glob.files(prefix, pattern) : List.of(prefix.resolve(pattern));
        } catch (InvalidPathException e) {
            throw wrong.apply("\"" + pattern + "\" cannot be a file name");
        } catch (IOException e) {
            throw wrong.apply("the files of \"" + pattern + "\" cannot be listed: " + e.getMessage());
        }
        List<Directive> all = new ArrayList<>();
        for (Path file : found) {
            all.addAll(read(file, depth, around, wrong));
        }
        return List.copyOf(all);
    }

    private List<Directive> read(
            Path file, int depth, @Nullable String around, Function<String, ConfigException> wrong) {
        String text;
        Path real;
        try {
            real = Files.exists(file) ? file.toRealPath() : file;
            String trouble = trouble(file, real);
            if (trouble != null) {
                throw wrong.apply(trouble);
            }
            text = text(file);
        } catch (AccessDeniedException e) {
            throw wrong.apply("\"" + file + "\" cannot be read: permission denied");
        } catch (IOException e) {
            throw wrong.apply("\"" + file + "\" cannot be read: " + e.getMessage());
        }
        open.addLast(real);
        List<Directive> directives = new Parser(file.toString(), text, this, depth).read(around);
        open.removeLast();
        return directives;
    }

    private @Nullable String trouble(Path file, Path real) throws IOException {
        String quoted = "\"" + file + "\"";
        if (!Files.exists(file)) {
            return "there is no file " + quoted;
        }
        if (!Files.isRegularFile(file)) {
            return quoted + (Files.isDirectory(file) ? " is a directory" : " is not a regular file");
        }
        if (open.contains(real)) {
            return quoted + " includes itself" + (open.size() > 1 ? ", by way of " + open.getLast() : "");
        }
        if (open.size() >= DEEPEST) {
            return quoted + " is included by more than " + DEEPEST + " files, one in the other";
        }
        bytes += Files.size(file);
        if (bytes > MOST_BYTES) {
            return "there is more than 64 MiB of configuration, up to " + quoted;
        }
        return ++files > MOST_FILES ? "there are more than " + MOST_FILES + " files, up to " + quoted : null;
    }

    /** The text in UTF-8, or in ISO 8859-1, which old comments are written in. */
    private static String text(Path file) throws IOException {
        byte[] content = Files.readAllBytes(file);
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(content))
                    .toString();
        } catch (CharacterCodingException e) {
            text = new String(content, StandardCharsets.ISO_8859_1);
        }
        refuseBinary(file, text);
        return text.startsWith("\uFEFF") ? text.substring(1) : text;
    }

    private static void refuseBinary(Path file, String text) {
        int line = 1;
        int column = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            column++;
            if (c == '\n') {
                line++;
                column = 0;
            } else if (c < ' ' && c != '\t' && c != '\r' && c != '\f' && c != 0x1B) {
                throw new ConfigException(List.of(new Problem(
                        Severity.ERROR,
                        new Position(file.toString(), line, column),
                        "",
                        "is no text: here is a byte " + (int) c,
                        "")));
            }
        }
    }
}
