package dev.ipgate.lists;

import dev.ipgate.config.FileStamp;
import dev.ipgate.config.GroupSource;
import dev.ipgate.config.WatchedFiles;
import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpRange;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a file, and sees when it has changed: written into, replaced, or reached by a link that was moved. */
final class FileSource implements Source {

    private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);

    /** What is in the file. */
    @FunctionalInterface
    interface Content {

        /**
         * Reads it.
         *
         * @param problems takes what is wrong within it, and what is odd
         * @throws SourceException if it cannot be read as a whole
         */
        void read(Path file, Consumer<IpRange> sink, Problems problems) throws SourceException;
    }

    private final Path path;
    private final Content content;
    private final WatchedFiles watched;

    private FileSource(String what, Path path, Content content) {
        this.path = path;
        this.content = content;
        watched = new WatchedFiles(what + " " + path, List.of(path), List.of(Optional.empty()), LOG);
    }

    /** A list file. */
    FileSource(GroupSource.ListFile file) {
        this("the list file", file.path(), ListFile::read);
    }

    /** Some networks of a database. */
    FileSource(GroupSource.GeoIp database, InstantSource clock) {
        this("the database", database.path(), new GeoIpDatabase(database, clock));
    }

    @Override
    public Reading read() throws SourceException {
        List<Optional<FileStamp>> stamps = FileStamp.of(List.of(path)); // before, so that a change meanwhile shows
        AddressSet.Builder builder = AddressSet.builder();
        Problems problems = new Problems();
        try {
            content.read(path, builder::add, problems);
            if (problems.hasErrors()) {
                throw new SourceException("\"" + path + "\" has mistakes", problems.all());
            }
        } catch (SourceException | OutOfMemoryError e) {
            watched.refuse(stamps); // until it changes
            throw e;
        }
        watched.accept(stamps);
        return new Reading(builder.build(), null, problems.warnings());
    }

    @Override
    public boolean hasChanged() {
        return watched.haveChanged();
    }
}
