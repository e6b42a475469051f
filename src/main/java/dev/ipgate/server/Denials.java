package dev.ipgate.server;

import dev.ipgate.net.IpAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who was not let in, in the last hour: for the log, the status page and {@code explain}. However many come, so much is
 * kept, and so many lines are written.
 */
final class Denials {

    /*
     * The log has a line of a client's first denial. Those that follow are counted, and said once a minute as long as they
     * go on; after a minute without any, the next one has its line again. A scan from many addresses has so many lines a
     * minute, and one that says how many were left out.
     */

    private static final Logger LOG = LoggerFactory.getLogger(Denials.class);

    static final int MOST_LINES = 100; // a minute, of each kind
    private static final int CLIENTS = 1024; // of all threads
    private static final int FEWEST_CLIENTS = 128; // of one
    private static final long REMEMBERED = Duration.ofHours(1).toSeconds();

    /**
     * A client that was denied, whichever threads have seen it.
     *
     * @param first when, in seconds since the epoch
     * @param unsaid how often, as far as the log does not know
     */
    record Client(IpAddress address, long first, long count, long unsaid, Denial last) {

        private static Client of(DeniedClient seen) {
            return new Client(seen.address(), seen.first(), seen.count(), seen.unsaid(), seen.last());
        }

        private Client with(Client other) {
            return new Client(
                    address,
                    Math.min(first, other.first),
                    count + other.count,
                    unsaid + other.unsaid,
                    last.time() >= other.last.time() ? last : other.last);
        }
    }

    private final String denied; // how the log says what befell them
    private final Predicate<Verdict> remembered;
    private final DeniedClients[] byThread;
    private final Consumer<String> log;
    private final AtomicInteger lines = new AtomicInteger(); // of this minute
    private final Set<IpAddress> named = ConcurrentHashMap.newKeySet();

    /**
     * Makes an empty memory that tells the program's log.
     *
     * @param threads IO threads
     */
    static Denials refused(int threads) {
        return new Denials(
                threads,
                "denied",
                verdict -> verdict.refusal() != null && verdict.refusal().isRemembered(),
                LOG::info);
    }

    /** The same for those whom only {@code report} lets in. They have lines of their own, and do not crowd out the denied. */
    static Denials reported(int threads) {
        return new Denials(threads, "would deny", Verdict::onlyReported, LOG::info);
    }

    /**
     * Makes an empty memory.
     *
     * @param threads IO threads
     * @param denied how lines begin
     * @param remembered whether a verdict is of interest
     * @param log takes lines
     */
    Denials(int threads, String denied, Predicate<Verdict> remembered, Consumer<String> log) {
        this.denied = denied;
        this.remembered = remembered;
        this.log = log;
        byThread = new DeniedClients[threads];
        for (int i = 0; i < threads; i++) {
            byThread[i] = new DeniedClients(Math.max(FEWEST_CLIENTS, CLIENTS / threads));
        }
    }

    /**
     * A request has ended, however. On its IO thread.
     *
     * @param now seconds since the epoch
     */
    void note(Transaction transaction, long now) {
        Verdict verdict = transaction.verdict();
        if (verdict != null && remembered.test(verdict)) {
            Request request = transaction.request();
            add(transaction.exchange().getIoThread().getNumber(), Denial.of(transaction.id(), now, request, verdict));
        }
    }

    /** A request was not let in. On the IO thread with this number. */
    void add(int thread, Denial denial) {
        if (byThread[thread].add(denial)
                && lines.get() < MOST_LINES
                && named.add(denial.client()) // and not another thread
                && lines.getAndIncrement() < MOST_LINES) {
            byThread[thread].name(denial);
            log.accept(denied + " " + denial.line());
        }
    }

    /** Tells the log what it does not know of the last minute. Called once a minute. */
    void endMinute() {
        long others = 0;
        long otherClients = 0;
        Map<IpAddress, Client> seen = new HashMap<>();
        named.clear();
        for (DeniedClients clients : byThread) {
            clients.forEach(client -> {
                if (client.unsaid() > 0) {
                    seen.merge(client.address(), Client.of(client), Client::with);
                }
                client.endMinute();
                if (client.isNamed()) {
                    named.add(client.address());
                }
            });
            long[] forgotten = clients.takeForgotten();
            others += forgotten[0];
            otherClients += forgotten[1];
        }
        List<Client> most = new ArrayList<>(seen.values());
        most.sort(Comparator.comparingLong(Client::unsaid).reversed());
        for (Client client : most.subList(0, Math.min(most.size(), MOST_LINES))) {
            log.accept(denied + " " + client.last.line()
                    + (client.unsaid == 1 ? "" : ": one of " + client.unsaid + " in a minute"));
        }
        for (Client client : most.subList(Math.min(most.size(), MOST_LINES), most.size())) {
            others += client.unsaid;
            otherClients++;
        }
        if (others > 0) {
            log.accept(denied + " " + otherClients + " more clients " + others + " times in a minute");
        }
        lines.set(0);
    }

    /** Those of the last hour, whoever was denied last first. */
    List<Client> lastHour(long now) {
        Map<IpAddress, Client> seen = new HashMap<>();
        for (DeniedClients clients : byThread) {
            clients.forgetBefore(now - REMEMBERED);
            clients.forEach(client -> seen.merge(client.address(), Client.of(client), Client::with));
        }
        return seen.values().stream()
                .sorted(Comparator.<Client>comparingLong(client -> client.last.time())
                        .reversed())
                .toList();
    }

    /** The denial with this number; null if it is not remembered. */
    @Nullable
    Denial find(long id) {
        List<Denial> found = new ArrayList<>();
        for (DeniedClients clients : byThread) {
            clients.forEach(client ->
                    client.latest().stream().filter(denial -> denial.id() == id).forEach(found::add));
        }
        return found.isEmpty() ? null : found.get(0);
    }

    /** A reload has replaced the snapshot by which these were judged, which may be large. */
    void letGoOfSnapshots() {
        for (DeniedClients clients : byThread) {
            clients.forEach(DeniedClient::explain);
        }
    }
}
