package dev.ipgate.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names in the conf file: a relative one is relative to the conf file's folder. */
final class ConfPath {

    private ConfPath() {}

    /** @throws IllegalArgumentException if the text cannot be a file name */
    static Path resolve(Path conf, String text) {
        if (text.isBlank()) {
            throw new IllegalArgumentException("a file name is missing");
        }
        try {
            return conf.resolveSibling(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" cannot be a file name", e);
        }
    }
}
