package dev.ipgate.config;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What fills a group from outside the conf file. Two that are equal are one, read once, whatever their groups are called:
 * that is how a reload knows what it has already. As text they are as the operator knows them.
 */
public sealed interface GroupSource {

    /** How long its content is good before it is read again; null for what is read when a file's change shows. */
    @Nullable
    Duration refresh();

    /** How long after its last good reading an allow still uses it; null for ever. */
    @Nullable
    Duration maxStale();

    /**
     * A list file.
     *
     * @param path already resolved against the conf file's folder
     */
    record ListFile(Path path) implements GroupSource {
        @Override
        public @Nullable Duration refresh() {
            return null;
        }

        @Override
        public @Nullable Duration maxStale() {
            return null;
        }

        @Override
        public String toString() {
            return "\"" + path + "\"";
        }
    }
}
