package dev.ipgate.server;

import dev.ipgate.client.ClientAddress;
import dev.ipgate.net.IpAddress;
import dev.ipgate.policy.CertificateDoor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A request that was not let in, and as much of it as can be kept of many. Immutable. */
final class Denial {

    private static final int LONGEST = 256; // characters of whatever the client chose

    private final long id;
    private final long time;
    private final IpAddress client;
    private final String method;
    private final String path;
    private final @Nullable String host;
    private final boolean webSocket;
    private final @Nullable Verdict verdict; // which keeps a whole snapshot in memory
    private final @Nullable Explanation explained;

    private Denial(
            long id,
            long time,
            IpAddress client,
            String method,
            String path,
            @Nullable String host,
            boolean webSocket,
            @Nullable Verdict verdict,
            @Nullable Explanation explained) {
        this.id = id;
        this.time = time;
        this.client = client;
        this.method = method;
        this.path = path;
        this.host = host;
        this.webSocket = webSocket;
        this.verdict = verdict;
        this.explained = explained;
    }

    /**
     * Keeps a request.
     *
     * @param time seconds since the epoch
     * @param verdict one that refuses, or that only reports
     */
    static Denial of(long id, long time, Request seen, Verdict verdict) {
        Place place = verdict.place();
        IpAddress address = verdict.client().address();
        return new Denial(
                id,
                time,
                address == null ? verdict.client().peer() : address,
                cut(seen.method()),
                cut(seen.path()),
                seen.host() == null ? null : cut(seen.host()),
                place != null && place.access(seen) != null && seen.asksForWebSocket(),
                verdict.detail().length() <= LONGEST ? verdict : verdict.withDetail(cut(verdict.detail())),
                null);
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }

    /** The same without the snapshot that it was judged by. */
    Denial explained() {
        return explained == null
                ? new Denial(id, time, client, method, path, host, webSocket, null, explanation())
                : this;
    }

    /** Its number, which its client can read on the page. */
    long id() {
        return id;
    }

    /** Seconds since the epoch. */
    long time() {
        return time;
    }

    /** Who it was; the peer, where no client's address could be found. */
    IpAddress client() {
        return client;
    }

    /** Its method, path and Host; of its headers nothing is kept. */
    Request request() {
        return new Request(
                ClientAddress.direct(client),
                name -> webSocket && name.equalsIgnoreCase("Upgrade") ? List.of("websocket") : null,
                "http",
                null,
                host,
                CertificateDoor.NONE,
                method,
                path);
    }

    /** What there is to say about it. */
    Explanation explanation() {
        if (explained != null) {
            return explained;
        }
        if (verdict == null) {
            throw new IllegalStateException("neither judged nor explained");
        }
        return Explanation.of(request(), verdict);
    }

    /** A line for the log, after what befell it, in which whatever the client chose is made safe. */
    String line() {
        Explanation why = explanation();
        StringBuilder line = new StringBuilder(200)
                .append(client())
                .append(": ")
                .append(AccessLog.oneLine(why.reason()))
                .append(" (")
                .append(why.status() == 200 ? "passed" : why.status())
                .append(", ")
                .append(AccessLog.oneLine(method))
                .append(' ')
                .append(AccessLog.oneLine(path));
        if (host != null) {
            line.append(", Host ").append(AccessLog.oneLine(host));
        }
        if (why.peer() != null && !why.peer().equals(client().toString())) {
            line.append(", peer ").append(why.peer());
        }
        if (!why.via().isEmpty()) {
            line.append(", via ").append(String.join(" ", why.via()));
        }
        return line.append(", request ").append(RequestIds.text(id)).append(')').toString();
    }
}
