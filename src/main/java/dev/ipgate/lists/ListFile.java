package dev.ipgate.lists;

import dev.ipgate.net.CidrBlock;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.FileProblems;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads a list file: an address, a CIDR block or a range a line, and {@code #} comments. Lines of nginx's are read too,
 * {@code allow x;} and its geo module's {@code x 1;}. A file of a million lines is read as a stream.
 */
final class ListFile {

    private static final long LARGEST = 256L << 20; // bytes

    private static final Pattern NGINX =
            Pattern.compile("(?:(?<action>allow|deny)\\s+)?(?<whom>\\S+?)(?:\\s+(?<value>\\S+))?\\s*;");

    private final String name;
    private final FileProblems inLines;
    private final Consumer<IpRange> sink;

    private ListFile(String name, Problems problems, Consumer<IpRange> sink) {
        this.name = name;
        this.inLines = new FileProblems(name, problems);
        this.sink = sink;
    }

    /**
     * Reads a file into a sink.
     *
     * @param problems takes what is wrong with a line, by file and line
     * @throws SourceException if the file cannot be read as a whole
     */
    static void read(Path file, Consumer<IpRange> sink, Problems problems) throws SourceException {
        String quoted = "\"" + file + "\"";
        try {
            if (!Files.exists(file)) {
                throw new SourceException("there is no file " + quoted);
            }
            if (!Files.isRegularFile(file)) {
                throw new SourceException(
                        quoted + (Files.isDirectory(file) ? " is a directory" : " is not a regular file"));
            }
            if (Files.size(file) > LARGEST) {
                throw new SourceException(quoted + " is larger than 256 MiB");
            }
            // A byte that is no UTF-8 becomes U+FFFD and is reported where it stands in an address, at its line.
            try (Reader reader = new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8)) {
                read(reader, file.toString(), sink, problems);
            }
        } catch (SourceException e) {
            throw e;
        } catch (AccessDeniedException e) {
            throw new SourceException(quoted + " cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new SourceException(quoted + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Reads the text of a list into a sink.
     *
     * @param name where it is from, as problems are to name it
     * @param problems takes what is wrong with a line
     * @throws IOException if the text cannot be read
     */
    static void read(Reader reader, String name, Consumer<IpRange> sink, Problems problems) throws IOException {
        new ListFile(name, problems, sink).read(reader);
    }

    private void read(Reader reader) throws IOException {
        Lines lines = new Lines(reader);
        int number = 0;
        for (String line = lines.next(); line != null; line = lines.next()) {
            number++;
            if (line.indexOf('\0') >= 0) {
                error(number, line, "holds zero bytes; save the file as UTF-8");
                break;
            }
            line(number, number == 1 && line.startsWith("\uFEFF") ? line.substring(1) : line);
        }
        inLines.end();
    }

    private void line(int number, String line) {
        int comment = line.indexOf('#');
        String text = (comment < 0 ? line : line.substring(0, comment)).strip();
        if (text.isEmpty()) {
            return;
        }
        if (comment < 0 && line.length() > Lines.LONGEST) { // what was cut off may matter, unless it is comment
            error(number, line, "the line is longer than " + Lines.LONGEST + " characters");
            return;
        }
        try {
            IpRange range = text.indexOf(';') < 0 ? plain(text) : nginx(number, line, text);
            sink.accept(range);
        } catch (IllegalArgumentException e) {
            error(number, line, String.valueOf(e.getMessage()));
        }
    }

    private static IpRange plain(String text) {
        try {
            return IpRange.parse(text);
        } catch (IllegalArgumentException e) {
            String wrong = whatIsWrong(text);
            throw wrong == null ? e : new IllegalArgumentException(wrong, e);
        }
    }

    /** What people write in place of an address; null where the address itself is wrong. */
    private static @Nullable String whatIsWrong(String text) {
        if (text.matches("allow\\s+\\S+")) {
            return "\"" + text + "\" is nginx's without its semicolon; write the address alone";
        }
        if (text.equals("all")) {
            return "\"all\" cannot be in a group; write it where the group is used";
        }
        if (text.indexOf('\uFFFD') >= 0) {
            return "\"" + text + "\" is not UTF-8; save the file as UTF-8";
        }
        if (text.matches("[^\\s,]+[\\s,]+[0-9a-fA-F.:/]+")) {
            return "\"" + text + "\" is more than one; write one a line";
        }
        return text.matches("[0-9A-Fa-f:].*") && !text.matches("[A-Za-z].*[g-zG-Z].*")
                ? null
                : "\"" + text + "\" is not an IP address; write an address, a block or a range a line";
    }

    private IpRange nginx(int number, String line, String text) {
        Matcher matcher = NGINX.matcher(text);
        String whom = matcher.matches() ? matcher.group("whom") : "";
        String action = whom.isEmpty() ? null : matcher.group("action");
        String value = whom.isEmpty() ? null : matcher.group("value");
        if (whom.isEmpty() || action == null == (value == null)) {
            throw new IllegalArgumentException("\"" + text + "\" is neither an address nor nginx's allow x; or x 1;");
        }
        if ("deny".equals(action)) {
            throw new IllegalArgumentException("\"" + text
                    + "\" denies, but a group only says who is in it; write the denial as a rule before the group's");
        }
        if (whom.equals("all") || whom.equals("default")) {
            throw new IllegalArgumentException("\"" + text + "\" names everybody, who cannot be in a group");
        }
        if (value != null && !value.equals("1")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" has another value than 1; leave out who is not in the group");
        }
        if (whom.indexOf('/') < 0) {
            return IpRange.parse(whom);
        }
        CidrBlock block = CidrBlock.parseMasking(whom); // nginx masks host bits too
        if (hasHostBits(whom)) {
            warning(number, line, "\"" + whom + "\" has host bits set and is read as " + block + ", as nginx does");
        }
        return block.range();
    }

    private static boolean hasHostBits(String block) {
        try {
            CidrBlock.parse(block);
            return false;
        } catch (IllegalArgumentException e) {
            return true;
        }
    }

    private void error(int number, String line, String message) {
        inLines.error(new Position(name, number, column(line)), message, line);
    }

    private void warning(int number, String line, String message) {
        inLines.warning(new Position(name, number, column(line)), message, line);
    }

    private static int column(String line) {
        return 1 + line.length() - line.stripLeading().length();
    }
}
