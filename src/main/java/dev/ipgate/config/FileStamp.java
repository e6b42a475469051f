package dev.ipgate.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * By what a file's change shows without reading it. Links are followed, so that one that leads to another file shows, too.
 *
 * @param key which file it is, where the file system tells: another one under the same name has another
 */
public record FileStamp(
        FileTime modified, long size, @Nullable Object key) {

    /** The stamp of a file as it is now; empty if it is not there, or not to be looked at. */
    public static Optional<FileStamp> of(Path file) {
        try {
            return Optional.of(of(Files.readAttributes(file, BasicFileAttributes.class)));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** The stamps of files as they are now, in their order. */
    public static List<Optional<FileStamp>> of(List<Path> files) {
        return files.stream().map(FileStamp::of).toList();
    }

    static FileStamp of(BasicFileAttributes attributes) {
        return new FileStamp(attributes.lastModifiedTime(), attributes.size(), attributes.fileKey());
    }
}
