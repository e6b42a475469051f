package dev.ipgate.server;

import dev.ipgate.upstream.Upstream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.xnio.XnioWorker;

/** The pages of the admin listener, by path. */
final class AdminPages {

    /** Makes an answer, on a thread that may take its time. */
    interface Page {
        /**
         * Makes it.
         *
         * @param accept the request's Accept header, or null
         */
        AdminAnswer answer(@Nullable String accept);
    }

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(3);

    private final Map<String, Page> pages = new LinkedHashMap<>();
    private final Instruments instruments;
    private final StatusEvents events;

    AdminPages(Instruments instruments, XnioWorker worker) {
        this.instruments = instruments;
        MetricsPage metrics = new MetricsPage(instruments);
        StatusPage status = new StatusPage(instruments);
        events = new StatusEvents(worker, status);
        pages.put("/", accept -> StatusDocument.answer());
        pages.put("/metrics", metrics::answer);
        pages.put("/api/status", accept -> AdminAnswer.json(status.json()));
        pages.put(
                StatusEvents.PATH,
                accept -> new AdminAnswer(200, StatusEvents.TYPE, ByteBuffer.allocate(0))); // for a HEAD
        pages.put("/healthz", accept -> AdminAnswer.text(200, "alive\n"));
        pages.put("/readyz", accept -> ready());
    }

    /** The page at a path; null if there is none. */
    @Nullable
    Page find(String path) {
        return pages.get(path);
    }

    /** Those who are told of every change. */
    StatusEvents events() {
        return events;
    }

    /** What there is, for people. */
    String names() {
        return String.join(", ", pages.keySet());
    }

    /**
     * Whether requests can be served. With several apps, one that is gone is named and no more: whoever takes a gate out of
     * service for it would take all the others away, too.
     */
    private AdminAnswer ready() {
        if (instruments.connections().areClosing()) {
            return AdminAnswer.text(503, "not ready: the gate stops\n");
        }
        Set<Upstream> upstreams =
                new LinkedHashSet<>(instruments.snapshot().get().upstreams());
        StringBuilder troubles = new StringBuilder();
        int looked = 0;
        int gone = 0;
        long deadline = System.nanoTime() + LONGEST_LOOK.toNanos();
        for (Upstream upstream : upstreams) {
            if (gone > 0 && System.nanoTime() - deadline >= 0) {
                break; // of many that are silent, each takes its time
            }
            looked++;
            String trouble = upstream.trouble();
            if (trouble != null) {
                gone++;
                troubles.append(trouble).append('\n');
            }
        }
        return gone == looked
                ? AdminAnswer.text(503, "not ready: " + troubles)
                : AdminAnswer.text(200, "ready\n" + troubles);
    }
}
