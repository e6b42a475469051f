package dev.ipgate.lists;

import dev.ipgate.config.GroupSource;
import dev.ipgate.config.Settings;
import dev.ipgate.config.Settings.GroupSettings;
import dev.ipgate.grants.GrantStores;
import dev.ipgate.problem.Problems;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * What fills groups from outside the conf file: read at the start, again when it is due or has changed, and kept across
 * reloads. No request waits for any of it.
 */
public final class Sources implements AutoCloseable {

    /*
     * Files are looked at by whoever calls look(), which may wait for a disk. Names and URLs are read by threads of their
     * own, so that a server that never answers keeps nothing waiting but others of its kind. Each source is read by one
     * thread at a time, and there is never more than one task for it.
     *
     * Whatever changes makes a new version; the gate takes versions in whole.
     */

    private static final int MOST_THREADS = 8;
    private static final long NONE = -1;
    private static final Duration FIRST_ANSWERS = Duration.ofSeconds(10); // how long a start or a reload waits for them

    private final BiFunction<GroupSource, @Nullable Path, Source> factory;
    private final InstantSource clock;
    private final Runnable changed;
    private final ThreadPoolExecutor threads;
    private Map<GroupSource, Held> held = new LinkedHashMap<>();
    private long version;
    private long taken = NONE; // the version that is in force

    /**
     * Has nothing to read yet.
     *
     * @param changed is told, by any thread, that {@link #groups} would give something new
     */
    public Sources(Runnable changed) {
        this(new GrantStores(InstantSource.system()), changed);
    }

    /**
     * The same with grants that somebody else makes.
     *
     * @param grants whose clock is everybody's
     */
    public Sources(GrantStores grants, Runnable changed) {
        this(new SourceFactory(grants), grants.clock(), changed);
    }

    Sources(BiFunction<GroupSource, @Nullable Path, Source> factory, InstantSource clock, Runnable changed) {
        this.factory = factory;
        this.clock = clock;
        this.changed = changed;
        AtomicInteger number = new AtomicInteger();
        threads = new ThreadPoolExecutor(
                MOST_THREADS, MOST_THREADS, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "ipgate-lists-" + number.incrementAndGet());
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /** What a reading of the conf file names, and what is known of it. Nothing else is looked after once it is committed. */
    public final class Change {

        private final Map<GroupSource, Held> wanted;
        private long filled = NONE; // with this version

        private Change(Map<GroupSource, Held> wanted) {
            this.wanted = wanted;
        }

        /** The groups of these settings, filled. */
        public Groups groups(Settings settings, Groups.Unread unread) {
            return Sources.this.groups(this, settings, unread);
        }

        /** From now on these are looked after. */
        public void commit() {
            Sources.this.commit(this);
        }
    }

    /**
     * Reads the files that a conf file names, and what it names for the first time; that is waited for 10 s at most. What
     * is wrong with a file is reported at its own file and line.
     */
    public Change prepare(Settings settings, Problems problems) {
        Map<GroupSource, Held> wanted = new LinkedHashMap<>();
        List<Held> asked = new ArrayList<>();
        Map<GroupSource, List<String>> names = names(settings);
        settings.groups().forEach((name, group) -> {
            GroupSource source = group.source();
            if (source == null || wanted.containsKey(source)) {
                return;
            }
            Held one = known(source, settings.state());
            one.fills(names.getOrDefault(source, List.of()));
            wanted.put(source, one);
            if (one.isLocal()) {
                readFile(one, name, group, problems);
            } else if (one.hasBeenRead()) {
                hurry(one);
            } else {
                ask(one);
                asked.add(one);
            }
        });
        awaitAnswers(asked);
        settings.groups().forEach((name, group) -> warn(name, group, wanted, problems));
        return new Change(wanted);
    }

    private static Map<GroupSource, List<String>> names(Settings settings) {
        Map<GroupSource, List<String>> names = new HashMap<>();
        settings.groups().forEach((name, group) -> {
            if (group.source() != null) {
                names.computeIfAbsent(group.source(), unseen -> new ArrayList<>())
                        .add(name);
            }
        });
        return names;
    }

    private synchronized Held known(GroupSource source, @Nullable Path state) {
        Held known = held.get(source);
        return known == null ? new Held(source, factory.apply(source, state), clock.instant()) : known;
    }

    private synchronized void hurry(Held one) {
        one.hurry(clock.instant());
    }

    private void readFile(Held file, String name, GroupSettings group, Problems problems) {
        try {
            Reading reading = read(file);
            problems.addAll(reading.warnings());
        } catch (SourceException e) {
            problems.addAll(e.problems());
            if (e.problems().isEmpty()) {
                problems.error(group.at(), "groups." + name, String.valueOf(e.getMessage()));
            }
        }
    }

    private void awaitAnswers(List<Held> asked) {
        long deadline = System.nanoTime() + FIRST_ANSWERS.toNanos();
        try {
            synchronized (this) {
                for (Held one : asked) {
                    while (one.isBusy()) {
                        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
                        if (left <= 0) {
                            return;
                        }
                        wait(left);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void warn(String name, GroupSettings group, Map<GroupSource, Held> wanted, Problems problems) {
        Held one = group.source() == null ? null : wanted.get(group.source());
        if (one == null) {
            return;
        }
        Groups.Content content = one.content();
        String problem = one.state().problem();
        if (content.unread() != null && !one.isLocal()) {
            problems.warning(group.at(), "groups." + name, content.unread() + "; nobody is in it until it can be read");
        } else if (content.unread() == null && content.addresses().isEmpty() && !isGranted(group)) {
            problems.warning(group.at(), "groups." + name, one + " holds no address: whoever it names is nobody");
        } else if (problem != null && !one.isLocal()) {
            problems.warning(
                    group.at(),
                    "groups." + name,
                    problem + "; what was read at " + one.state().lastGood() + " is in use");
        }
    }

    /** Nobody is surprised that nothing is granted. */
    private static boolean isGranted(GroupSettings group) {
        return group.source() instanceof GroupSource.Granted;
    }

    private synchronized void commit(Change change) {
        held = new LinkedHashMap<>(change.wanted);
        taken = change.filled; // what has come since is news
    }

    private synchronized Groups groups(Change change, Settings settings, Groups.Unread unread) {
        change.filled = version;
        return groups(settings, change.wanted, unread);
    }

    /** The groups of settings that were committed, filled with what is known now. */
    public synchronized Groups groups(Settings settings) {
        taken = version;
        return groups(settings, held, Groups.Unread.REFUSED);
    }

    private synchronized Groups groups(Settings settings, Map<GroupSource, Held> from, Groups.Unread unread) {
        Map<GroupSource, Groups.Content> contents = new HashMap<>();
        from.forEach((source, one) -> contents.put(source, one.content()));
        return Groups.of(settings, contents, unread);
    }

    /** Whether there is anything to look after. */
    public synchronized boolean isEmpty() {
        return held.isEmpty();
    }

    /** How each source stands. */
    public synchronized List<SourceState> states() {
        return held.values().stream().map(Held::state).toList();
    }

    /** Looks after everything once. To be called every second or so, by a thread that may wait for a disk. */
    public void look() {
        Instant now = clock.instant();
        List<Held> all;
        synchronized (this) {
            all = List.copyOf(held.values());
            all.forEach(one -> version += one.age(now) ? 1 : 0);
        }
        for (Held one : all) {
            if (one.isLocal()) {
                if (one.source().hasChanged()) {
                    readAgain(one);
                }
            } else if (isDue(one, now)) {
                ask(one);
            }
        }
        tell();
    }

    /**
     * Reads one file, or the grants, at once, if it is looked after: when this returns, {@link #groups} has what it held when
     * it was called.
     */
    public void readNow(GroupSource source) {
        Held one;
        synchronized (this) {
            one = held.get(source);
        }
        if (one != null && one.isLocal()) {
            readAgain(one);
        }
    }

    private synchronized boolean isDue(Held one, Instant now) {
        return one.isDue(now);
    }

    private void ask(Held one) {
        synchronized (this) {
            if (!one.begin()) {
                return;
            }
        }
        threads.execute(() -> {
            readAgain(one);
            synchronized (this) {
                one.end();
                notifyAll();
            }
            tell();
        });
    }

    private void readAgain(Held one) {
        try {
            read(one);
        } catch (SourceException | OutOfMemoryError e) {
            // it holds what it held, and has said why in the log
        }
    }

    /** One thread at a time for each source. */
    private Reading read(Held one) throws SourceException {
        synchronized (one.source()) {
            try {
                Reading reading = one.source().read();
                took(one, reading);
                return reading;
            } catch (SourceException e) {
                failed(one, e);
                throw e;
            } catch (OutOfMemoryError e) { // by a list too long, of which nothing is left now
                failed(one, new SourceException(one + " does not fit into the heap", e));
                throw e;
            } catch (RuntimeException e) {
                SourceException failure = new SourceException(one + " cannot be used: " + e, e);
                failed(one, failure);
                throw failure;
            }
        }
    }

    private synchronized void took(Held one, Reading reading) {
        if (one.took(reading, clock.instant())) {
            version++;
        }
    }

    private synchronized void failed(Held one, SourceException failure) {
        one.failed(failure, clock.instant());
    }

    /** Whether {@link #groups} would give something else than what is in force; nothing is before the first commit. */
    public synchronized boolean hasNews() {
        return taken != NONE && version != taken;
    }

    private void tell() {
        if (hasNews()) {
            changed.run();
        }
    }

    /** Reads nothing more. */
    @Override
    public void close() {
        threads.shutdownNow();
    }
}
