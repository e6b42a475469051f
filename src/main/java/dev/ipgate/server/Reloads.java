package dev.ipgate.server;

import dev.ipgate.problem.Problem;
import java.time.Instant;
import java.util.List;

/** What became of the readings of the conf file, the first included. */
final class Reloads {

    /**
     * One of them.
     *
     * @param at when
     * @param succeeded whether it is in force
     * @param text what changed, or what was wrong, a line each
     */
    record Attempt(Instant at, boolean succeeded, String text) {}

    private long successes; // without the first
    private long failures;
    private Attempt last;
    private Instant lastSuccess;
    private List<Problem> warnings;

    Reloads(Instant started, List<Problem> warnings) {
        last = new Attempt(started, true, "started");
        lastSuccess = started;
        this.warnings = List.copyOf(warnings);
    }

    synchronized void succeeded(String changed, List<Problem> found) {
        successes++;
        last = new Attempt(Instant.now(), true, changed);
        lastSuccess = last.at;
        warnings = List.copyOf(found);
    }

    synchronized void failed(String problems) {
        failures++;
        last = new Attempt(Instant.now(), false, problems);
    }

    /** Those that came into force since the start. */
    synchronized long successes() {
        return successes;
    }

    /** Those that did not. */
    synchronized long failures() {
        return failures;
    }

    synchronized Attempt last() {
        return last;
    }

    /** When what is in force was read. */
    synchronized Instant lastSuccess() {
        return lastSuccess;
    }

    /** About what is in force. */
    synchronized List<Problem> warnings() {
        return warnings;
    }
}
