package dev.ipgate.lists;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpRange;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * A list's last good content on disk, so that a restart without a network has it. First lines say what it is, of when, and the
 * SHA-256 of the rest; then comes a range a line.
 */
final class ListCopy {

    private static final String HEADER = "ipgate list 1";
    private static final int HEADER_LINES = 3;

    /**
     * What it holds.
     *
     * @param read when that was read from where it is published
     */
    record Content(AddressSet addresses, Instant read) {}

    private final Path folder;
    private final Path file;

    /** @param name what is published, by which the copy is found again */
    ListCopy(Path state, String name) {
        folder = state.resolve("lists");
        file = folder.resolve(digest(name.getBytes(UTF_8)).substring(0, 32) + ".list");
    }

    /** @throws IOException if there is none, or not whole */
    Content read() throws IOException {
        List<String> lines = Files.readAllLines(file, UTF_8);
        if (lines.size() <= HEADER_LINES || !lines.get(0).equals(HEADER)) {
            throw new IOException("\"" + file + "\" is no copy of a list");
        }
        List<String> ranges = lines.subList(HEADER_LINES, lines.size());
        if (!digest(text(ranges)).equals(lines.get(2))) {
            throw new IOException("\"" + file + "\" is damaged");
        }
        try {
            Instant read = Instant.parse(lines.get(1));
            return new Content(AddressSet.of(ranges.stream().map(IpRange::parse).toList()), read);
        } catch (DateTimeException | IllegalArgumentException e) {
            throw new IOException("\"" + file + "\" is damaged", e);
        }
    }

    /** Replaces it whole: whoever reads it finds the old or the new, whenever the power fails. */
    void write(Content content) throws IOException {
        Files.createDirectories(folder);
        List<String> ranges = new ArrayList<>();
        content.addresses().forEach(range -> ranges.add(range.toString()));
        byte[] text = text(ranges);
        String head = HEADER + "\n" + content.read() + "\n" + digest(text) + "\n";
        Path fresh = Files.createTempFile(
                folder,
                "new",
                ".list",
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try {
            try (FileChannel channel = FileChannel.open(fresh, Set.of(StandardOpenOption.WRITE))) {
                write(channel, head.getBytes(UTF_8));
                write(channel, text);
                channel.force(true);
            }
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(fresh);
        }
    }

    private static void write(FileChannel channel, byte[] bytes) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            channel.write(buffer);
        }
    }

    private static byte[] text(List<String> ranges) {
        return String.join("\n", ranges).concat("\n").getBytes(UTF_8);
    }

    private static String digest(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
