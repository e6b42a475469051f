package dev.ipgate.lists;

import dev.ipgate.config.FileStamp;
import dev.ipgate.config.GroupSource;
import dev.ipgate.config.WatchedFiles;
import dev.ipgate.net.AddressSet;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a list file, and sees when it has changed: written into, replaced, or reached by a link that was moved. */
final class FileSource implements Source {

    private static final Logger LOG = LoggerFactory.getLogger(FileSource.class);

    private final Path path;
    private final WatchedFiles watched;

    FileSource(GroupSource.ListFile file) {
        path = file.path();
        watched = new WatchedFiles("the list file " + path, List.of(path), List.of(Optional.empty()), LOG);
    }

    @Override
    public Reading read() throws SourceException {
        List<Optional<FileStamp>> stamps = FileStamp.of(List.of(path)); // before, so that a change meanwhile shows
        AddressSet.Builder builder = AddressSet.builder();
        Problems problems = new Problems();
        try {
            ListFile.read(path, builder::add, problems);
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
