package dev.ipgate.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.ipgate.auth.Users;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/** One reading of a users file. Shows its name and how many users it has, never what stands in it. */
public final class UsersFile {

    private final Path path;
    private final Users users;
    private final FileStamp stamp;
    private final byte[] digest;

    private UsersFile(Path path, Users users, FileStamp stamp, byte[] digest) {
        this.path = path;
        this.users = users;
        this.stamp = stamp;
        this.digest = digest;
    }

    /**
     * Reads a file.
     *
     * @param problems takes what is wrong with a line, by file and line
     * @throws IOException if it cannot be read; the message is for the operator
     */
    public static UsersFile read(Path path, Problems problems) throws IOException {
        String quoted = "\"" + path + "\"";
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            if (!attributes.isRegularFile()) { // reading a pipe would wait for ever
                throw new IOException(quoted + (attributes.isDirectory() ? " is a directory" : " is no regular file"));
            }
            byte[] bytes = bytes(path);
            if (bytes.length > Users.LARGEST_FILE) {
                throw new IOException(quoted + " is larger than 4 MiB and no users file");
            }
            Users users = Users.parse(path.toString(), new String(bytes, UTF_8), problems);
            return new UsersFile(path, users, FileStamp.of(attributes), digest(bytes));
        } catch (NoSuchFileException e) {
            throw new IOException("there is no file " + quoted, e);
        } catch (AccessDeniedException e) {
            throw new IOException(quoted + " cannot be read: permission denied", e);
        }
    }

    private static byte[] bytes(Path path) throws IOException {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(Users.LARGEST_FILE + 1);
        }
    }

    private static byte[] digest(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** Its name, already resolved against the conf file's folder. */
    public Path path() {
        return path;
    }

    public Users users() {
        return users;
    }

    /** What it looked like just before it was read. */
    public FileStamp stamp() {
        return stamp;
    }

    /** Whether another reading found the same, byte for byte. */
    public boolean isSameAs(UsersFile other) {
        return Arrays.equals(digest, other.digest);
    }

    @Override
    public String toString() {
        return path + " (" + users + ")";
    }
}
