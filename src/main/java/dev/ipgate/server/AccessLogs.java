package dev.ipgate.server;

import dev.ipgate.config.AccessLogSettings;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.problem.Position;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Opens the access log, and notices when logrotate has moved its file away, so that a reload starts a new one. */
final class AccessLogs {

    private final Path conf;
    private @Nullable AccessLog latest;
    private @Nullable Object fileKey; // of the file of the latest

    AccessLogs(Path conf) {
        this.conf = conf;
    }

    /**
     * Opens what the settings name.
     *
     * @throws ConfigException if the file cannot be opened
     */
    AccessLog open(AccessLogSettings settings) {
        try {
            AccessLog log = AccessLog.open(settings);
            latest = log;
            fileKey = fileKey(settings.file());
            return log;
        } catch (IOException e) {
            throw new ConfigException(List.of(new Problem(
                    Severity.ERROR,
                    Position.of(conf.toString()),
                    "access_log.to",
                    "cannot open \"" + settings.file() + "\": " + why(e),
                    "")));
        }
    }

    /** The log that fits the settings: the present one, unless they differ or its file is no longer there. */
    AccessLog reopen(AccessLog present, AccessLogSettings settings) {
        boolean fits = settings.equals(present.settings())
                && present == latest // and not one that a reload opened and gave up
                && Objects.equals(fileKey, fileKey(settings.file()));
        return fits ? present : open(settings);
    }

    private static @Nullable Object fileKey(@Nullable Path file) {
        try {
            return file == null
                    ? null
                    : Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (IOException e) {
            return null; // moved away
        }
    }

    /** The reason alone: most messages of this kind begin with the file's name, and some have nothing else. */
    private static String why(IOException e) {
        if (e instanceof NoSuchFileException) {
            return "its folder is not there";
        }
        if (e instanceof AccessDeniedException) {
            return "permission denied";
        }
        return e instanceof FileSystemException inFile && inFile.getReason() != null
                ? inFile.getReason()
                : String.valueOf(e.getMessage());
    }
}
