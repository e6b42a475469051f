package dev.ipgate.config;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code upstream.authorization}, and the file with the credentials that the app is to see. */
final class AppAuthorizationReader {

    private static final int LONGEST_FILE = 1024; // bytes
    private static final Map<String, AppAuthorization> WORDS =
            Map.of("keep", AppAuthorization.KEEP, "strip", AppAuthorization.STRIP);

    private final Path conf;

    AppAuthorizationReader(Path conf) {
        this.conf = conf;
    }

    /** What it says; {@link AppAuthorization#STRIP} for the time being if something is wrong with it. */
    AppAuthorization read(@Nullable Setting setting) {
        if (setting == null) {
            return AppAuthorization.KEEP;
        }
        AppAuthorization read = null;
        if (setting.isTable()) {
            Section section = setting.section(Keys.UPSTREAM_AUTHORIZATION);
            Setting file = section == null ? null : section.find("replace_file");
            if (section != null && file == null) {
                section.missing("replace_file", "is missing; write the file that holds user:password");
            }
            read = file == null ? null : file.as(this::replacement);
        } else if (setting.peek() != null && setting.isPresent() && !WORDS.containsKey(setting.peek())) {
            // not repeated: it may be a password
            setting.error("is not known here; use keep, strip or {replace_file: FILE}");
        } else {
            read = setting.word(WORDS);
        }
        return read == null ? AppAuthorization.STRIP : read;
    }

    /*
     * A file that others can read is an error and no warning, as ssh has it with its keys: it holds a password in clear, and
     * whoever is on this machine could take it to the app, past the gate.
     */
    private AppAuthorization replacement(String name) {
        Path path = ConfPath.resolve(conf, name);
        String quoted = "\"" + path + "\"";
        try {
            if (Files.exists(path) && !Files.isRegularFile(path)) {
                throw new IllegalArgumentException(quoted + " is no regular file");
            }
            if (isOpenToOthers(path)) {
                throw new IllegalArgumentException(
                        quoted + " holds a password and can be read or changed by everybody here; chmod o= it");
            }
            return AppAuthorization.replace("Basic " + Base64.getEncoder().encodeToString(credentials(path, quoted)));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException("there is no file " + quoted, e);
        } catch (AccessDeniedException e) {
            throw new IllegalArgumentException(quoted + " cannot be read: permission denied", e);
        } catch (IOException e) {
            throw new IllegalArgumentException(quoted + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static boolean isOpenToOthers(Path path) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(path, PosixFileAttributeView.class);
        if (view == null) {
            return false; // the file system knows no modes
        }
        Set<PosixFilePermission> permissions = view.readAttributes().permissions();
        return permissions.contains(PosixFilePermission.OTHERS_READ)
                || permissions.contains(PosixFilePermission.OTHERS_WRITE);
    }

    /** The one line of the file, without its end. What is wrong with it is told without repeating it. */
    private static byte[] credentials(Path path, String quoted) throws IOException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(path)) {
            bytes = in.readNBytes(LONGEST_FILE + 1);
        }
        if (bytes.length > LONGEST_FILE) {
            throw new IllegalArgumentException(quoted + " is longer than " + LONGEST_FILE + " bytes");
        }
        String line = text(bytes, quoted).replaceFirst("\\r?\\n$", "");
        if (line.indexOf('\n') >= 0) {
            throw new IllegalArgumentException(quoted + " has more than one line; write user:password alone");
        }
        if (line.indexOf(':') < 1) {
            throw new IllegalArgumentException(quoted + " does not hold user:password");
        }
        if (line.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(quoted + " has a control character");
        }
        return line.getBytes(UTF_8);
    }

    private static String text(byte[] bytes, String quoted) {
        try {
            return UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(quoted + " is not UTF-8", e);
        }
    }
}
