package dev.ipgate.config;

import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Reads a conf file into {@code Settings}, and reports everything that is wrong with it in one run. */
public final class ConfigReader {

    private ConfigReader() {}

    /**
     * Reads a conf file.
     *
     * @param file the file, named as the operator named it: problems name it so
     * @param problems gathers what is wrong; list files are read later, into the same collection
     * @return the settings, or null if problems has errors that leave nothing to work with
     */
    public static @Nullable Settings read(Path file, Problems problems) {
        throw new UnsupportedOperationException();
    }
}
