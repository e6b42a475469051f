package dev.ipgate.replay;

import dev.ipgate.policy.Decision;
import dev.ipgate.server.Configuration;
import dev.ipgate.server.Refusal;
import dev.ipgate.server.Verdict;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Has a conf file decide about the requests of a log, and notes where it decides otherwise than the log says. */
public final class Replay {

    private static final int LINES_SHOWN = 3;
    private static final int LONGEST = 160; // characters of a line that is shown

    private final Configuration configuration;
    private final String host;
    private final long now;
    private final IdentityHashMap<Decision, String> reasons =
            new IdentityHashMap<>(); // there are as many as rules, and some
    final Tally newlyDenied = new Tally();
    final Tally newlyAllowed = new Tally();
    final Tally reported = new Tally();
    final Map<String, Long> notJudged = new TreeMap<>(); // by what the gate would say before it asks for the address
    final List<String> unreadableLines = new ArrayList<>();
    long lines;
    long same;
    long unknown;
    long unreadable;

    /**
     * Makes a comparison of nothing yet.
     *
     * @param host the Host of requests where the log does not tell
     * @param now seconds since the epoch, as of which everything is judged
     */
    public Replay(Configuration configuration, String host, long now) {
        this.configuration = configuration;
        this.host = host;
        this.now = now;
    }

    /**
     * Reads a log to its end. Memory does not grow with its length.
     *
     * @throws IOException if it cannot be read
     */
    public Replay read(InputStream log) throws IOException {
        LogLines all = new LogLines(log);
        for (String line = all.next(); line != null; line = all.next()) {
            if (line.isBlank()) {
                continue;
            }
            lines++;
            LoggedRequest request = line.charAt(0) == '{' ? JsonLine.parse(line) : CombinedLine.parse(line);
            if (request != null) {
                compare(request);
            } else if (unreadable++ < LINES_SHOWN) {
                unreadableLines.add("line " + all.number() + ": " + Escapes.shown(line, LONGEST));
            }
        }
        return this;
    }

    private void compare(LoggedRequest request) {
        if (request.was() == LoggedRequest.Was.UNKNOWN) {
            unknown++;
            return;
        }
        Verdict verdict = configuration.judge().judge(request.request(host), now);
        boolean wasAllowed = request.was() == LoggedRequest.Was.ALLOWED;
        if (verdict.refusal() == Refusal.DENIED) {
            note(wasAllowed ? newlyDenied : null, request, verdict);
        } else if (verdict.place() == null && verdict.refusal() != null) {
            notJudged.merge(verdict.refusal().key(), 1L, Long::sum);
        } else if (!wasAllowed) {
            note(newlyAllowed, request, verdict);
        } else {
            note(verdict.isOnTrial() ? reported : null, request, verdict);
        }
    }

    /** @param tally null where nothing changes */
    private void note(@Nullable Tally tally, LoggedRequest request, Verdict verdict) {
        if (tally == null) {
            same++;
            return;
        }
        Decision decision = verdict.decision();
        tally.add(request, decision == null ? verdict.reason() : reasons.computeIfAbsent(decision, Decision::reason));
    }
}
