package dev.ipgate.grants;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A small file of the state folder: lines of fields with a tab between them, under a line that says what they are. Replaced
 * whole, so that whoever reads it finds one state or the next, whenever the power fails. Used by one thread at a time.
 */
final class StateFile {

    /*
     * The order that holds on every file system: the new content is on the disk before the name points to it, and the
     * name is on the disk before anybody is told. The last line shows that none is missing before it.
     */

    private static final FileAttribute<Set<PosixFilePermission>> OURS =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final DateTimeFormatter TIMESTAMP =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final long LARGEST = 32L << 20; // bytes
    private static final String END = "end";

    private final Path file;
    private final String header;
    private boolean corrupt;

    /**
     * A file that may be there or not.
     *
     * @param header its first line, with the version of its form
     */
    StateFile(Path file, String header) {
        this.file = file;
        this.header = header;
    }

    Path path() {
        return file;
    }

    /**
     * The fields of each line; none if there is no file.
     *
     * @throws IOException if it cannot be read, or not as this; the message names the file, and the next write keeps it aside
     */
    List<String[]> read() throws IOException {
        String text;
        try {
            if (Files.size(file) > LARGEST) {
                throw corrupt(0, "it is larger than " + (LARGEST >> 20) + " MiB");
            }
            text = UTF_8.newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(Files.readAllBytes(file)))
                    .toString();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (CharacterCodingException e) {
            throw corrupt(0, "it is not UTF-8");
        } catch (IOException e) { // no right to read it, or a disk that fails: it may be good, so it is kept
            throw corrupt(0, reason(e));
        }
        List<String> lines = text.lines().toList();
        if (lines.isEmpty() || !lines.get(0).equals(header)) {
            throw corrupt(1, "it does not begin with \"" + header + "\"");
        }
        if (lines.size() < 2 || !lines.get(lines.size() - 1).equals(END)) {
            throw corrupt(lines.size(), "it breaks off: its last line is not \"" + END + "\"");
        }
        List<String[]> rows = new ArrayList<>();
        for (String line : lines.subList(1, lines.size() - 1)) {
            rows.add(line.split("\t", -1));
        }
        return rows;
    }

    /**
     * Remembers that the content is not to be used.
     *
     * @param line counted from 1, or 0 for the whole
     * @return what to throw
     */
    IOException corrupt(int line, @Nullable String why) {
        corrupt = true;
        return new IOException("\"" + file + "\" cannot be used" + (line > 0 ? ", line " + line + ": " : ": ") + why
                + "; what is made next keeps it as " + file.getFileName() + ".corrupt-TIME");
    }

    /** The number in the file of a row. */
    static int line(int row) {
        return row + 2;
    }

    /**
     * Replaces the content, and returns when it is on the disk.
     *
     * @param rows fields without tabs and ends of lines
     * @param now for the name under which what could not be read is kept
     * @throws IOException if that did not work; the file is as it was, or whole and new
     */
    void write(List<List<String>> rows, Instant now) throws IOException {
        StringBuilder text = new StringBuilder(header).append('\n');
        rows.forEach(row -> text.append(String.join("\t", row)).append('\n'));
        text.append(END).append('\n');
        Path fresh = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(fresh); // of a gate that was killed
        try {
            try (FileChannel channel =
                    FileChannel.open(fresh, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), OURS)) {
                ByteBuffer bytes = ByteBuffer.wrap(text.toString().getBytes(UTF_8));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            if (corrupt) {
                keepAside(now);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            discard(fresh, e);
            throw e;
        }
        toDisk(file.resolveSibling("."));
    }

    /** Has a folder's names on the disk when it returns. */
    static void toDisk(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private void keepAside(Instant now) throws IOException {
        try {
            Files.move(file, file.resolveSibling(file.getFileName() + ".corrupt-" + TIMESTAMP.format(now)));
        } catch (NoSuchFileException e) {
            // somebody has taken it away
        }
        corrupt = false;
    }

    private static void discard(Path fresh, IOException why) {
        try {
            Files.deleteIfExists(fresh);
        } catch (IOException e) {
            why.addSuppressed(e);
        }
    }

    /** Why something did not work, with the file at fault. */
    static String reason(IOException e) {
        if (e instanceof FileSystemException failure) {
            String what = failure.getReason() != null
                    ? failure.getReason()
                    : failure instanceof AccessDeniedException
                            ? "permission denied"
                            : failure.getClass().getSimpleName();
            return "\"" + failure.getFile() + "\": " + what;
        }
        return String.valueOf(e.getMessage());
    }
}
