package dev.ipgate.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;

/** The files of one thing, as they were when it was last accepted and as they were last looked at. */
public final class WatchedFiles {

    /*
     * Changed files are read when two looks in a row have found the same: htpasswd(1) writes into the file itself, and
     * half of it must not throw the other half's users out; certbot changes a certificate and its key one after the other.
     * As a file's time may be too coarse to tell two changes in quick succession, one that has just changed is read again
     * until it no longer has.
     *
     * What is gone or has a mistake changes nothing: the last that was good stays, and the log says so once.
     */

    private static final Duration JUST = Duration.ofSeconds(5);

    private final String name;
    private final List<Path> paths;
    private final Logger log;
    private List<Optional<FileStamp>> accepted;
    private List<Optional<FileStamp>> seen = List.of();
    private List<Optional<FileStamp>> refused = List.of(); // what they looked like then
    private boolean wrong; // and the log says so

    /**
     * Makes one of files that were just read.
     *
     * @param name for the log, such as {@code the users file htpasswd}
     * @param accepted the files' stamps
     * @param log of their owner
     */
    public WatchedFiles(String name, List<Path> paths, List<Optional<FileStamp>> accepted, Logger log) {
        this.name = name;
        this.paths = paths;
        this.accepted = accepted;
        this.log = log;
    }

    /** Looks at them, and tells whether they are to be read now. */
    public boolean haveChanged() {
        List<Optional<FileStamp>> now = FileStamp.of(paths);
        boolean same = now.equals(accepted);
        boolean still = now.equals(seen);
        seen = now;
        if (same && wrong) {
            wrong = false;
            log.info("{} is as it was before", name);
            return true; // so that whoever was told of the mistake is told of this
        }
        return still && (!same || haveJustChanged(now)) && !(wrong && now.equals(refused));
    }

    private static boolean haveJustChanged(List<Optional<FileStamp>> stamps) {
        long now = System.currentTimeMillis();
        return stamps.stream()
                .flatMap(Optional::stream)
                .anyMatch(stamp -> Math.abs(now - stamp.modified().toMillis()) < JUST.toMillis());
    }

    /** They were read and are in use from now on. */
    public void accept(List<Optional<FileStamp>> stamps) {
        accepted = stamps;
        wrong = false;
    }

    /** They were read and cannot be used. */
    public void refuse() {
        refuse(seen);
    }

    /** They were read, when they looked so, and cannot be used. */
    public void refuse(List<Optional<FileStamp>> stamps) {
        wrong = true;
        refused = stamps;
    }
}
