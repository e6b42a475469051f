package dev.ipgate.nginx;

import dev.ipgate.problem.ConfigException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A reading of nginx's configuration, included files and all.
 *
 * @param file the file that was named
 * @param prefix the folder that relative file names are relative to
 * @param directives what stands in the file, in order; an {@code include} has what it brings in as its block
 */
public record NginxConf(Path file, Path prefix, List<Directive> directives) {

    private static final String MAIN = "nginx.conf";
    private static final int HIGHEST = 3; // folders that are looked at

    /**
     * Reads a file: a whole {@code nginx.conf}, or a part of one such as a file of {@code sites-enabled}. Relative names
     * are relative to the folder of nginx.conf, be it the file's own or one above it; else to the file's own.
     *
     * @throws ConfigException with the position of what nginx could not read either
     */
    public static NginxConf read(Path file) {
        Path prefix = prefix(file.toAbsolutePath().normalize());
        return new NginxConf(file, prefix, new Includes(prefix).readFirst(file));
    }

    private static Path prefix(Path file) {
        Path own = file.getParent();
        if (own == null) {
            return file;
        }
        Path folder = own;
        for (int i = 0; i < HIGHEST && folder != null; i++) {
            if (Files.exists(folder.resolve(MAIN))) {
                return folder;
            }
            folder = folder.getParent();
        }
        return own;
    }
}
