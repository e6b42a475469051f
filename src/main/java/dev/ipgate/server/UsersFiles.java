package dev.ipgate.server;

import dev.ipgate.auth.AttemptLimit;
import dev.ipgate.auth.PasswordCheck;
import dev.ipgate.config.AuthSettings;
import dev.ipgate.config.UsersFile;
import dev.ipgate.config.WatchedFiles;
import dev.ipgate.problem.Problem;
import dev.ipgate.problem.Problem.Severity;
import dev.ipgate.problem.Problems;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.xnio.XnioWorker;

/**
 * The users files in use, each with what is known of its passwords, which outlives reloads. They are looked at once a
 * second, on a thread that may wait for the disk, and read again when they have changed.
 */
final class UsersFiles {

    private static final Logger LOG = LoggerFactory.getLogger(UsersFiles.class);

    /** Places that name the same file and count in the same way share what is known. */
    private record Key(Path path, AttemptLimit limit) {}

    /** A file as it was last accepted. */
    private static final class Watched {
        private final WatchedFiles files;
        private UsersFile accepted;

        Watched(UsersFile accepted) {
            this.accepted = accepted;
            files = new WatchedFiles(
                    "the users file " + accepted.path(),
                    List.of(accepted.path()),
                    List.of(Optional.of(accepted.stamp())),
                    LOG);
        }
    }

    private final Lookout lookout;
    private final LongAdder failures = new LongAdder();
    private final Map<Key, PasswordCheck> checks = new HashMap<>();
    private final Map<Path, Watched> files = new HashMap<>();

    UsersFiles(XnioWorker worker) {
        lookout = new Lookout(worker, this::look);
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
        if (!files.isEmpty()) {
            lookout.start();
        }
    }

    private synchronized void look() {
        files.forEach(this::look);
    }

    private void look(Path path, Watched file) {
        if (!file.files.haveChanged()) {
            return;
        }
        Problems problems = new Problems();
        try {
            UsersFile reading = UsersFile.read(path, problems);
            if (problems.hasErrors()) {
                refuse(file, problems.all());
            } else {
                problems.warnings().forEach(warning -> LOG.warn("{}", warning));
                accept(file, reading);
            }
        } catch (IOException e) {
            LOG.error("{}", e.getMessage());
            refuse(file, List.of());
        }
    }

    private void refuse(Watched file, List<Problem> problems) {
        file.files.refuse();
        failures.increment();
        problems.stream()
                .filter(problem -> problem.severity() == Severity.ERROR)
                .forEach(problem -> LOG.error("{}", problem));
        LOG.error("the users file {} cannot be used: its users from before stay", file.accepted.path());
    }

    private void accept(Watched file, UsersFile reading) {
        boolean same = reading.isSameAs(file.accepted);
        file.accepted = reading;
        file.files.accept(List.of(Optional.of(reading.stamp())));
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
