package dev.ipgate.server;

import dev.ipgate.http.ClientLink;
import dev.ipgate.upstream.Upstream;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.xnio.XnioWorker;

/** What a reload has replaced and requests in flight still use: each access log and upstream goes with its last user. */
final class Leaving {

    private static final long LOOK_SECONDS = 1;

    private final XnioWorker worker;
    private final ClientConnections connections;
    private final Set<Upstream> upstreams = ConcurrentHashMap.newKeySet();
    private final Set<AccessLog> logs = ConcurrentHashMap.newKeySet();

    Leaving(XnioWorker worker, ClientConnections connections) {
        this.worker = worker;
        this.connections = connections;
    }

    /** Closes an upstream; what is in flight goes on. */
    void add(Upstream upstream) {
        upstreams.removeIf(Upstream::isUnused);
        upstreams.add(upstream);
        upstream.close();
    }

    /** Closes a log when every request that may write to it has ended, be it in hours. */
    void add(AccessLog log) {
        logs.add(log);
        later(() -> closeAfter(connections.busy(), log)); // by then, whoever read the old snapshot is known to be busy
    }

    /** The upstreams that may have requests in flight still. */
    Set<Upstream> upstreams() {
        return upstreams;
    }

    /** Closes all logs now. */
    void closeLogs() {
        logs.forEach(AccessLog::close);
        logs.clear();
    }

    /*
     * A connection that was idle once since the reload has ended what it did before. Which request it is busy with is
     * not looked at: a log that stays open a little longer harms nobody.
     */
    private void closeAfter(List<ClientLink> users, AccessLog log) {
        List<ClientLink> left = users.stream().filter(ClientLink::isBusy).toList();
        if (!left.isEmpty()) {
            later(() -> closeAfter(left, log));
        } else if (logs.remove(log)) {
            worker.execute(log::close); // which waits for the disk
        }
    }

    private void later(Runnable look) {
        worker.getIoThread().executeAfter(look, LOOK_SECONDS, TimeUnit.SECONDS);
    }
}
