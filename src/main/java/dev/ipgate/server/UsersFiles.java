package dev.ipgate.server;

import dev.ipgate.auth.AttemptLimit;
import dev.ipgate.auth.PasswordCheck;
import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.UsersFile;
import dev.ipgate.config.UsersFile.Stamp;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/**
 * The users files in use, each with what is known of its passwords, which outlives reloads. They are looked at once a
 * second, on a thread that may wait for the disk, and read again when they have changed.
 */
final class UsersFiles {

    /*
     * A changed file is read when two looks in a row have found the same: htpasswd(1) writes into the file itself, and
     * half of it must not throw the other half's users out. As a file's time may be too coarse to tell two changes in
     * quick succession, one that has just changed is read again until it no longer has.
     *
     * A file that is gone or has a mistake changes nothing: its last good users stay, and the log says so once.
     */

    private static final Logger LOG = LoggerFactory.getLogger(UsersFiles.class);
    private static final long LOOK_SECONDS = 1;
    private static final Duration JUST = Duration.ofSeconds(5);

    /** Places that name the same file and count in the same way share what is known. */
    private record Key(Path path, AttemptLimit limit) {}

    /** A file, as it was last accepted and as it was last looked at. */
    private static final class Watched {
        private UsersFile accepted;
        private Optional<Stamp> seen = Optional.empty();
        private boolean wrong; // and the log says so
        private Optional<Stamp> refused = Optional.empty(); // what it looked like then

        Watched(UsersFile accepted) {
            this.accepted = accepted;
        }
    }

    private final XnioWorker worker;
    private final LongAdder failures = new LongAdder();
    private final Map<Key, PasswordCheck> checks = new HashMap<>();
    private final Map<Path, Watched> files = new HashMap<>();
    private boolean looking;

    UsersFiles(XnioWorker worker) {
        this.worker = worker;
    }

    /** How often a file had changed and could not be used, since the start. */
    long failures() {
        return failures.sum();
    }

    /** How many passwords have been hashed for the files in use. */
    synchronized long hashes() {
        return checks.values().stream().mapToLong(PasswordCheck::hashes).sum();
    }

    /** What a new reading of the conf file names; nothing has changed before it is committed. */
    final class Change {
        private final Map<Key, PasswordCheck> wanted = new HashMap<>();
        private final Map<Path, UsersFile> read = new HashMap<>();

        private Change(Collection<AuthSettings> auths) {
            for (AuthSettings auth : auths) {
                UsersFile file = auth.users();
                read.put(file.path(), file);
                wanted.computeIfAbsent(key(auth), key -> {
                    PasswordCheck known = checks.get(key);
                    return known == null ? new PasswordCheck(file.users(), auth.attempts(), System::nanoTime) : known;
                });
            }
        }

        PasswordDoor door(AuthSettings auth) {
            PasswordCheck check = wanted.get(key(auth));
            if (check == null) {
                throw new IllegalArgumentException("no users file for " + auth.setting());
            }
            return PasswordDoor.of(check, auth.realm());
        }

        /** Takes the new users in and forgets the files that are not named any more. */
        void commit() {
            UsersFiles.this.commit(this);
        }
    }

    private static Key key(AuthSettings auth) {
        return new Key(auth.users().path(), auth.attempts());
    }

    synchronized Change prepare(Collection<AuthSettings> auths) {
        return new Change(auths);
    }

    private synchronized void commit(Change change) {
        checks.clear();
        checks.putAll(change.wanted);
        files.keySet().retainAll(change.read.keySet());
        change.read.forEach((path, file) -> {
            Watched known = files.putIfAbsent(path, new Watched(file));
            if (known != null) {
                accept(known, file);
            }
        });
        if (!looking && !files.isEmpty()) {
            looking = true;
            later();
        }
    }

    private void later() {
        unlessItStops(() -> worker.getIoThread()
                .executeAfter(() -> unlessItStops(() -> worker.execute(this::look)), LOOK_SECONDS, TimeUnit.SECONDS));
    }

    private static void unlessItStops(Runnable task) {
        try {
            task.run();
        } catch (RejectedExecutionException e) {
            LOG.debug("the gate stops", e);
        }
    }

    private synchronized void look() {
        if (files.isEmpty()) {
            looking = false;
            return;
        }
        try {
            files.forEach(this::look);
        } finally {
            later();
        }
    }

    private void look(Path path, Watched file) {
        Optional<Stamp> now = Optional.ofNullable(Stamp.of(path));
        boolean same = now.equals(Optional.of(file.accepted.stamp()));
        boolean still = now.equals(file.seen);
        file.seen = now;
        if (same && file.wrong) {
            file.wrong = false;
            LOG.info("the users file {} is as it was before", path);
        }
        if ((same && !now.map(UsersFiles::hasJustChanged).orElse(false))
                || !still
                || (file.wrong && now.equals(file.refused))) {
            return;
        }
        Problems problems = new Problems();
        try {
            UsersFile reading = UsersFile.read(path, problems);
            if (problems.hasErrors()) {
                refuse(file, now, problems.all());
            } else {
                problems.warnings().forEach(warning -> LOG.warn("{}", warning));
                accept(file, reading);
            }
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
            refuse(file, now, List.of());
        }
    }

    private static boolean hasJustChanged(Stamp stamp) {
        long age = System.currentTimeMillis() - stamp.modified().toMillis();
        return Math.abs(age) < JUST.toMillis();
    }

    private void refuse(Watched file, Optional<Stamp> now, List<Problem> problems) {
        file.wrong = true;
        file.refused = now;
        failures.increment();
        problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .forEach(problem -> LOG.error("{}", problem));
        LOG.error("the users file {} cannot be used: its users from before stay", file.accepted.path());
    }

    private void accept(Watched file, UsersFile reading) {
        boolean same = reading.isSameAs(file.accepted);
        file.accepted = reading;
        file.wrong = false;
        if (!same) {
            checksOf(reading.path()).forEach(check -> check.replace(reading.users()));
            LOG.info("the users file {} has changed: {}", reading.path(), reading.users());
        }
    }

    private List<PasswordCheck> checksOf(Path path) {
        List<PasswordCheck> found = new ArrayList<>();
        checks.forEach((key, check) -> {
            if (key.path().equals(path)) {
                found.add(check);
            }
        });
        return found;
    }
}
