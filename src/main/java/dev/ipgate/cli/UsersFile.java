package dev.ipgate.cli;

import dev.ipgate.auth.UserLines;
import dev.ipgate.auth.Users;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** An htpasswd file on disk, which is replaced as a whole: a gate that reads it meanwhile sees the old or the new one. */
final class UsersFile {

    private static final Set<PosixFilePermission> NEW_FILE = PosixFilePermissions.fromString("rw-r-----");
    private static final Set<PosixFilePermission> WHILE_WRITTEN = PosixFilePermissions.fromString("rw-------");

    private final Path name;
    private final Path file; // where the name's links lead

    private UsersFile(Path name, Path file) {
        this.name = name;
        this.file = file;
    }

    /**
     * Finds the file, which need not be there.
     *
     * @throws IOException if it is no file, or its folder is missing
     */
    static UsersFile named(Path name) throws IOException {
        if (Files.isSymbolicLink(name) && !Files.exists(name)) {
            throw new IOException("\"" + name + "\" is a link to what is not there");
        }
        if (Files.exists(name)) {
            if (!Files.isRegularFile(name)) {
                throw new IOException(
                        "\"" + name + "\"" + (Files.isDirectory(name) ? " is a directory" : " is not a regular file"));
            }
            return new UsersFile(name, name.toRealPath());
        }
        Path file = name.toAbsolutePath();
        Path folder = folder(file);
        if (!Files.isDirectory(folder)) {
            throw new IOException("there is no folder \"" + folder + "\"");
        }
        return new UsersFile(name, file);
    }

    /** What is in it; nothing if it is not there. */
    UserLines read() throws IOException {
        try {
            if (Files.size(file) > Users.LARGEST_FILE) {
                throw new IOException("\"" + name + "\" is larger than 4 MiB and no users file");
            }
            return UserLines.of(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return UserLines.of(new byte[0]);
        } catch (FileSystemException e) {
            throw failed("read", e);
        }
    }

    /** The same for a file that has to be there. */
    UserLines readExisting() throws IOException {
        if (!Files.exists(file)) {
            throw new IOException("there is no file \"" + name + "\"");
        }
        return read();
    }

    /**
     * Makes sure that this is not some other file, named by mistake.
     *
     * @throws IOException if it has lines, and none is a user's
     */
    void requireUsersOrNothing() throws IOException {
        UserLines lines = read();
        Problems problems = new Problems();
        boolean users = Users.parse(name.toString(), lines.text(), problems).size() > 0;
        if (!users && problems.all().stream().anyMatch(problem -> problem.at().line() > 0)) {
            throw new IOException("\"" + name + "\" does not look like a users file; nothing was changed ("
                    + problems.all().get(0) + ")");
        }
    }

    /** Replaces the file, which keeps its owner, group and mode; a new one gets the mode 0640. */
    void write(UserLines lines) throws IOException {
        try {
            Path folder = folder(file);
            Path written = Files.createTempFile(
                    folder,
                    "." + file.getFileName() + ".",
                    ".new",
                    PosixFilePermissions.asFileAttribute(WHILE_WRITTEN));
            try {
                fill(written, lines.toBytes());
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                channel.force(true); // the new name too is on the disk now
            }
        } catch (FileSystemException e) {
            throw failed("written", e);
        }
    }

    private void fill(Path written, byte[] bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(written, StandardOpenOption.WRITE)) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            while (buffer.hasRemaining()) {
                channel.write(buffer);
            }
            PosixFileAttributeView view = Files.getFileAttributeView(written, PosixFileAttributeView.class);
            PosixFileAttributes old = attributes();
            if (old != null) {
                keepOwner(view, old);
            }
            view.setPermissions(old == null ? NEW_FILE : old.permissions());
            channel.force(true);
        }
    }

    private void keepOwner(PosixFileAttributeView view, PosixFileAttributes old) throws IOException {
        PosixFileAttributes made = view.readAttributes();
        try {
            if (!made.group().equals(old.group())) {
                view.setGroup(old.group());
            }
            if (!made.owner().equals(old.owner())) {
                view.setOwner(old.owner());
            }
        } catch (FileSystemException e) {
            throw new IOException(
                    "\"" + name + "\" belongs to " + old.owner().getName() + " and group "
                            + old.group().getName() + ", which only they or root can keep so; nothing was changed",
                    e);
        }
    }

    /** Those of the file as it is; null if it is not there yet. */
    private @Nullable PosixFileAttributes attributes() throws IOException {
        try {
            return Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private IOException failed(String what, FileSystemException e) {
        String reason = e instanceof AccessDeniedException
                ? "permission denied"
                : e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        return new IOException("\"" + name + "\" cannot be " + what + ": " + reason, e);
    }

    private static Path folder(Path absolute) throws IOException {
        Path folder = absolute.getParent();
        if (folder == null) {
            throw new IOException("\"" + absolute + "\" is a directory");
        }
        return folder;
    }

    @Override
    public String toString() {
        return name.toString();
    }
}
