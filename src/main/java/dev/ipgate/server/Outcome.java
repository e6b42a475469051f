package dev.ipgate.server;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What became of a request, as far as the gate decides: few words, for metrics. */
enum Outcome {
    /** It passed to the app. */
    ALLOW,
    /** The rules did not let it in. */
    DENY,
    /** The rules would not have let it in, and {@code mode: report} did, or {@code report: true} of one of them. */
    WOULD_DENY,
    /** Something else did not let it in: its password, its Host, its form. */
    REFUSED,
    /** It was answered here, and anybody may ask that. */
    HERE;

    private final String label = name().toLowerCase(Locale.ROOT);

    /** @param verdict null if there was none before it ended */
    static Outcome of(@Nullable Verdict verdict) {
        if (verdict == null || verdict.asksPassword()) {
            return REFUSED; // the client left before
        }
        if (verdict.refusal() != null) {
            return verdict.refusal() == Refusal.DENIED ? DENY : verdict.refusal() == Refusal.TO_HTTPS ? HERE : REFUSED;
        }
        if (verdict.place() == null) {
            return HERE;
        }
        return verdict.onlyReported() ? WOULD_DENY : ALLOW;
    }

    /** Where a status is counted that this outcome came with, from 0. */
    @SuppressWarnings("EnumOrdinal") // an index into counters of this process alone
    int number(int countedStatus) {
        return ordinal() * CountedStatus.COUNT + countedStatus;
    }

    String label() {
        return label;
    }

    boolean isDenied() {
        return this == DENY || this == REFUSED;
    }
}
