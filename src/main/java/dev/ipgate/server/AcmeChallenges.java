package dev.ipgate.server;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an ACME client left in a folder to prove that a name is ours (RFC 8555 section 8.3), where {@code certbot --webroot}
 * leaves it: in {@code .well-known/acme-challenge} below the folder.
 */
final class AcmeChallenges {

    /*
     * A stranger names the file, before any rule. So the name is a token and nothing else, each folder is opened from the
     * one above it, and nothing on the way is followed that is a link: whatever is moved or linked meanwhile, what is read
     * is a regular file of that folder.
     */

    /** What the path of a request for a challenge begins with. */
    static final String PREFIX = "/.well-known/acme-challenge/";

    private static final int LONGEST_TOKEN = 128; // characters; those of Let's Encrypt have 43
    private static final int LARGEST = 16 * 1024; // bytes; theirs have 87

    private AcmeChallenges() {}

    /** The token that a path asks for; null if it is none (RFC 8555 section 8.3: base64url). */
    static @Nullable String token(String path) {
        int length = path.length() - PREFIX.length();
        if (length < 1 || length > LONGEST_TOKEN) {
            return null;
        }
        for (int i = PREFIX.length(); i < path.length(); i++) {
            if (!isTokenChar(path.charAt(i))) {
                return null;
            }
        }
        return path.substring(PREFIX.length());
    }

    private static boolean isTokenChar(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    }

    /**
     * Reads a challenge. Waits for the disk.
     *
     * @throws NoSuchFileException if there is none that may be shown
     * @throws IOException if a folder or the file cannot be read, or is a link
     */
    static ByteBuffer read(Path folder, String token) throws IOException {
        try (SecureDirectoryStream<Path> root = open(folder);
                SecureDirectoryStream<Path> wellKnown = below(root, ".well-known");
                SecureDirectoryStream<Path> challenges = below(wellKnown, "acme-challenge")) {
            Path name = Path.of(token);
            BasicFileAttributes file = challenges
                    .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
                    .readAttributes();
            if (!file.isRegularFile() || file.size() > LARGEST) {
                throw new NoSuchFileException(token);
            }
            try (SeekableByteChannel channel =
                    challenges.newByteChannel(name, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
                ByteBuffer content = ByteBuffer.allocate((int) file.size());
                while (content.hasRemaining() && channel.read(content) >= 0) {
                    // what is there
                }
                return content.flip();
            }
        }
    }

    // Whoever asks closes it.
    @SuppressWarnings("StreamResourceLeak")
    private static SecureDirectoryStream<Path> open(Path folder) throws IOException {
        DirectoryStream<Path> stream = Files.newDirectoryStream(folder);
        if (stream instanceof SecureDirectoryStream<Path> secure) {
            return secure;
        }
        stream.close();
        throw new IOException("files in \"" + folder + "\" cannot be opened without following links on this system");
    }

    private static SecureDirectoryStream<Path> below(SecureDirectoryStream<Path> folder, String name)
            throws IOException {
        return folder.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
    }
}
