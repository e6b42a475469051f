package dev.ipgate.upstream;

import dev.ipgate.metrics.ThreadCounters;
import dev.ipgate.metrics.ThreadHistogram;
import dev.ipgate.upstream.Failure.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is counted of the requests to one app, since the start. Outlives the connections to it, which a reload may replace.
 */
public final class UpstreamCounts {

    /**
     * The last request that the app did not answer, or not to the end.
     *
     * @param at on the nanosecond clock
     */
    public record Trouble(Instant time, long at, String detail) {}

    private static final int LAST_ANSWER = Kind.values().length;
    private static final long NEVER = 0; // the times in use are odd

    private final ThreadHistogram answers;
    private final ThreadCounters failures; // by kind, and behind them when the app answered last
    private volatile @Nullable Trouble trouble;

    /** @param threads IO threads that forward requests */
    public UpstreamCounts(int threads) {
        answers = new ThreadHistogram(threads);
        failures = new ThreadCounters(threads, LAST_ANSWER + 1);
    }

    /** The app has begun to answer. On the IO thread with this number. */
    void answered(int thread, long nanos, long now) {
        answers.observe(thread, nanos);
        failures.set(thread, LAST_ANSWER, now | 1);
    }

    /** A request failed. On the IO thread with this number. */
    void failed(int thread, Failure failure, long now) {
        failures.increment(thread, number(failure.kind()));
        if (isOfApp(failure.kind())) {
            trouble = new Trouble(Instant.now(), now, failure.detail());
        }
    }

    @SuppressWarnings("EnumOrdinal") // an index into counters of this process alone
    private static int number(Kind kind) {
        return kind.ordinal();
    }

    private static boolean isOfApp(Kind kind) {
        return kind == Kind.UNREACHABLE || kind == Kind.BROKEN || kind == Kind.SILENT;
    }

    /** From when an app was chosen for a request, a new connection included, to the head of its answer. */
    public ThreadHistogram answers() {
        return answers;
    }

    /** How often requests failed in this way. */
    public long failures(Kind kind) {
        return failures.sum(number(kind));
    }

    /** The last trouble with the app itself; null if there has been none. */
    public @Nullable Trouble trouble() {
        return trouble;
    }

    /** Whether the app has answered a request in the last nanoseconds, and no request has failed there since. */
    boolean hasAnswered(long nanos, long now) {
        long last = failures.max(LAST_ANSWER);
        Trouble failed = trouble;
        return last != NEVER && now - last < nanos && (failed == null || last - failed.at > 0);
    }
}
