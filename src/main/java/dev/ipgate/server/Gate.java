package dev.ipgate.server;

import dev.ipgate.config.AppUrl;
import dev.ipgate.config.GrantsSettings;
import dev.ipgate.config.GroupSource;
import dev.ipgate.config.Settings;
import dev.ipgate.eventloop.EventLoops;
import dev.ipgate.grants.GrantStores;
import dev.ipgate.http.BufferPool;
import dev.ipgate.http.PieceBuffers;
import dev.ipgate.lists.Sources;
import dev.ipgate.net.IpAddress;
import dev.ipgate.problem.ConfigException;
import dev.ipgate.upstream.Spool;
import dev.ipgate.upstream.Upstream;
import io.undertow.connector.ByteBufferPool;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A running gate: starts from a conf file, reloads it without dropping anybody, and stops without cutting anybody off. */
public final class Gate implements AutoCloseable {

    /*
     * A reload makes everything new beside the old: it reads, resolves, binds and opens first, and swaps one field only
     * when all of that has worked. What the old and the new have in common (listeners, connections to an app whose
     * settings are the same, the access log) is handed over.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);
    private static final int BUFFER_BYTES = 16 * 1024;
    private static final int POOLED_BUFFERS = 2048;
    private static final int TASK_THREADS = 4;
    private static final int SECONDS_A_MINUTE = 60;

    private final Path conf;
    private final Systemd systemd;
    private final ToldReload toldReload;
    private final EventLoops worker;
    private final ByteBufferPool buffers = new BufferPool(BUFFER_BYTES, POOLED_BUFFERS);
    private final Spool spool;
    private final Surroundings surroundings;
    private final UsersFiles usersFiles;
    private final Gateway gateway;
    private final Listeners listeners;
    private final AdminListener admin;
    private final RequestCounts requestCounts;
    private final Snapshots snapshots;
    private final Reloads reloads;
    private final CertificateWatch certificates;
    private final Leaving leaving;
    private final AccessLogs accessLogs;
    private final Sockets sockets;
    private final Shutdown shutdown;
    private final GrantStores grantStores;
    private final LiveGrants grants;
    private final Sources sources;
    private final Lookout sourcesLookout;
    private Configuration.Loaded loaded;
    private boolean closed;

    private Gate(Path conf, Systemd systemd) throws IOException {
        this.conf = conf;
        this.systemd = systemd;
        toldReload = new ToldReload(this::reload, systemd);
        grantStores = new GrantStores(InstantSource.system());
        sources = new Sources(grantStores, this::refill);
        loaded = Configuration.load(conf, Instant.now(), sources);
        Configuration configuration = loaded.configuration();
        configuration.warnings().forEach(warning -> LOG.warn("{}", warning));
        Settings settings = configuration.settings();
        accessLogs = new AccessLogs(conf);
        AccessLog accessLog = accessLogs.open(settings.accessLog());
        spool = new Spool(
                Path.of(System.getProperty("java.io.tmpdir")), settings.limits().spool());
        int threads = Runtime.getRuntime().availableProcessors();
        grants = new LiveGrants(grantStores, this::grantsSettings, this::takeIn);
        surroundings = new Surroundings(
                new ClientConnections(threads, settings.limits()),
                new Answers(),
                new ListenerAnswers(),
                new RequestIds(),
                new PasswordWork(),
                Denials.refused(threads),
                Denials.reported(threads),
                grants,
                new Occasional(LOG));
        worker = EventLoops.start("ipgate", threads, TASK_THREADS);
        usersFiles = new UsersFiles(worker);
        requestCounts = new RequestCounts(threads);
        snapshots = new Snapshots(new PieceBuffers(buffers), spool, threads, requestCounts, surroundings);
        reloads = new Reloads(Instant.now(), configuration.warnings());
        UsersFiles.Change users = usersFiles.prepare(configuration.auths());
        gateway = new Gateway(snapshots.first(configuration, users, accessLog));
        users.commit();
        sourcesLookout = new Lookout(worker, sources::look);
        listeners = new Listeners(
                worker,
                buffers,
                settings.limits(),
                surroundings.connections(),
                peer -> gateway.snapshot().judge().trusts(peer),
                gateway);
        certificates = new CertificateWatch(worker);
        admin = new AdminListener(
                worker,
                threads,
                buffers,
                settings.limits(),
                new AdminHandler(gateway::snapshot, surroundings, new AdminPages(instruments(), worker)));
        Commands commands = new Commands(
                toldReload,
                surroundings,
                new GrantCommands(grants, () -> gateway.snapshot().judge()));
        sockets = new Sockets(listeners, admin, new ControlSockets(commands));
        leaving = new Leaving(worker, surroundings.connections());
        shutdown = new Shutdown(worker, surroundings.connections());
    }

    /**
     * Reads the conf file and starts to serve.
     *
     * @throws ConfigException with everything that is wrong with the file
     * @throws CannotListenException if an address cannot be bound
     * @throws IOException if the control socket or the threads cannot be had
     */
    public static Gate start(Path conf) throws IOException {
        return start(conf, Systemd.none());
    }

    /**
     * The same under systemd's eyes.
     *
     * @param systemd is told about reloads, and that the gate lives if it wants to know; to tell it that the gate is ready is
     *     left to the caller
     */
    public static Gate start(Path conf, Systemd systemd) throws IOException {
        Gate gate = new Gate(conf, systemd);
        try {
            gate.begin();
        } catch (IOException | RuntimeException e) {
            gate.close(Duration.ZERO);
            throw e;
        }
        return gate;
    }

    private Instruments instruments() {
        History history = new History(requestCounts::passedAndDenied);
        new Lookout(worker, SECONDS_A_MINUTE, () -> {
                    history.endMinute();
                    surroundings.denials().endMinute();
                    surroundings.reported().endMinute();
                })
                .start();
        return new Instruments(
                gateway::snapshot,
                Instant.now(),
                requestCounts,
                history,
                surroundings.denials(),
                surroundings.reported(),
                reloads,
                sources,
                grants,
                listeners,
                surroundings.connections(),
                certificates,
                usersFiles,
                surroundings.passwords(),
                spool);
    }

    private synchronized void begin() throws IOException {
        sockets.prepare(loaded.configuration().settings()).commit();
        certificates.watch(sockets.endpoints());
        watchSources();
        Watchdog.start(systemd, worker);
    }

    /** What is listened on, with the real port where the conf file says 0. */
    public List<InetSocketAddress> addresses() {
        return listeners.addresses();
    }

    /** Where the operator may look at the gate; null for nowhere. */
    public @Nullable InetSocketAddress adminAddress() {
        return admin.address();
    }

    /** Bytes of request bodies in temporary files now. */
    long spooledBytes() {
        return spool.used();
    }

    /** Connections that were closed for want of a PROXY header from a trusted proxy, since the start. */
    long proxyHeadersRefused() {
        return listeners.proxyHeadersRefused();
    }

    /** The users files in use. */
    UsersFiles usersFiles() {
        return usersFiles;
    }

    /** The sockets that listen. */
    Listeners listeners() {
        return listeners;
    }

    /** The clients' connections. */
    ClientConnections connections() {
        return surroundings.connections();
    }

    /** The certificates in use. */
    CertificateWatch certificates() {
        return certificates;
    }

    /** Who is let in for a while. */
    LiveGrants grants() {
        return grants;
    }

    /** What passwords take up now. */
    PasswordWork passwords() {
        return surroundings.passwords();
    }

    /** Opens the file of the access log anew, since logrotate may have moved it away. What SIGUSR1 does. */
    public void reopenLog() {
        gateway.snapshot().accessLog().reopen();
    }

    /** The app of the default site, or else of the first; unresolved if the conf file gives it a name. */
    public InetSocketAddress firstApp() {
        AppUrl first = gateway.snapshot().upstreams().get(0).settings().urls().get(0);
        if (first.host().equals("localhost")) {
            return new InetSocketAddress(InetAddress.getLoopbackAddress(), first.port());
        }
        IpAddress literal = IpAddress.parse(first.host(), 0, first.host().length());
        return literal == null
                ? InetSocketAddress.createUnresolved(first.host(), first.port())
                : new InetSocketAddress(literal.toInetAddress(), first.port());
    }

    /**
     * Reads everything again and swaps if all is well; else everything stays as it was.
     *
     * @return what changed, in one line
     * @throws ConfigException with everything that is wrong
     * @throws CannotListenException if a new address cannot be bound
     * @throws IOException if the control socket cannot be moved, or the gate has stopped
     */
    public synchronized String reload() throws IOException {
        if (closed) {
            throw new IOException("the gate has stopped");
        }
        try {
            return readAgain();
        } catch (ConfigException | CannotListenException | IOException e) {
            reloads.failed(String.valueOf(e.getMessage()));
            throw e;
        }
    }

    /** From now on what was read fills the groups, and is looked after. */
    private void watchSources() {
        loaded.sources().commit();
        GrantsSettings settings = loaded.configuration().settings().grants();
        grantStores.keepOnly(settings == null ? null : settings.state());
        if (!sources.isEmpty()) {
            sourcesLookout.start();
        }
    }

    /** Swaps in what the groups hold now. Nothing else is read, and nothing else changes. */
    private synchronized void refill() {
        if (closed || !sources.hasNews()) {
            return;
        }
        Snapshot old = gateway.snapshot();
        Configuration configuration = loaded.configuration();
        try {
            Configuration next = configuration.refilled(sources.groups(configuration.settings()));
            UsersFiles.Change users = usersFiles.prepare(next.auths()); // not committed: its files were not read again
            swap(snapshots.next(next, old, users, old.accessLog()));
            loaded = new Configuration.Loaded(next, loaded.sources());
        } catch (ConfigException | OutOfMemoryError e) {
            LOG.error(
                    "what the groups hold now cannot be taken in, and what they held before stays: {}", e.getMessage());
        }
    }

    private @Nullable GrantsSettings grantsSettings() {
        return gateway.snapshot().settings().grants();
    }

    /** Reads one source again, and has what it holds decide. */
    private void takeIn(GroupSource source) {
        sources.readNow(source);
        refill();
    }

    private void swap(Snapshot snapshot) {
        gateway.swap(snapshot);
        surroundings.denials().letGoOfSnapshots();
        surroundings.reported().letGoOfSnapshots();
    }

    private String readAgain() throws IOException {
        Configuration.Loaded reading = Configuration.load(conf, Instant.now(), sources);
        Configuration next = reading.configuration();
        Snapshot old = gateway.snapshot();
        Settings settings = next.settings();
        AccessLog accessLog = accessLogs.reopen(old.accessLog(), settings.accessLog());
        Sockets.Change bound;
        try {
            bound = sockets.prepare(settings);
        } catch (IOException | RuntimeException e) {
            if (accessLog != old.accessLog()) {
                accessLog.close();
            }
            throw e;
        }
        UsersFiles.Change users = usersFiles.prepare(next.auths());
        Snapshot snapshot = snapshots.next(next, old, users, accessLog);
        surroundings.connections().setLimits(settings.limits());
        sockets.setLimits(settings.limits());
        spool.setLimit(settings.limits().spool());
        users.commit();
        swap(snapshot);
        loaded = reading;
        bound.commit();
        certificates.watch(sockets.endpoints());
        watchSources();
        old.upstreams().stream()
                .filter(upstream -> !snapshot.upstreams().contains(upstream))
                .forEach(leaving::add);
        if (accessLog != old.accessLog()) {
            leaving.add(old.accessLog());
        }
        next.warnings().forEach(warning -> LOG.warn("{}", warning));
        String changed = Changes.between(old.settings(), settings, bound.added(), bound.removed());
        reloads.succeeded(changed, next.warnings());
        return changed;
    }

    /** Reloads, and says in the log and to systemd how it went. What SIGHUP does. */
    public void reloadAndLog() {
        toldReload.get();
    }

    /** Stops at once. */
    @Override
    public void close() {
        close(Duration.ZERO);
    }

    /** Stops accepting, lets what is in flight finish, and cuts what has not when the grace is over. */
    public synchronized void close(Duration grace) {
        if (closed) {
            return;
        }
        closed = true;
        sockets.close();
        sources.close();
        grantStores.close();
        Set<Upstream> upstreams = new HashSet<>(gateway.snapshot().upstreams());
        upstreams.addAll(leaving.upstreams());
        upstreams.forEach(Upstream::closeTunnels);
        shutdown.awaitRequests(grace);
        sockets.closeAdmin(); // until then it says that the gate is not ready
        upstreams.forEach(Upstream::cutOff);
        upstreams.forEach(Upstream::close);
        surroundings.passwords().close();
        surroundings.connections().closeAll();
        admin.cutOff();
        shutdown.endThreads();
        leaving.closeLogs(); // after the last request, which still has its line
        gateway.snapshot().accessLog().close();
        buffers.close();
    }
}
