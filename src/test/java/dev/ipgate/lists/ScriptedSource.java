package dev.ipgate.lists;

import dev.ipgate.net.AddressSet;
import dev.ipgate.net.IpRange;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A source that says what a test wants, when it wants. */
final class ScriptedSource implements Source {

    private volatile @Nullable String trouble;
    private volatile AddressSet addresses = AddressSet.EMPTY;
    private volatile @Nullable Duration goodFor;
    private volatile @Nullable CountDownLatch held;
    private volatile int readings;

    ScriptedSource says(String... ranges) {
        addresses = AddressSet.of(Arrays.stream(ranges).map(IpRange::parse).toList());
        trouble = null;
        return this;
    }

    ScriptedSource goodFor(Duration time) {
        goodFor = time;
        return this;
    }

    ScriptedSource fails(String why) {
        trouble = why;
        return this;
    }

    /** Answers nothing until it is let go. */
    CountDownLatch hold() {
        CountDownLatch latch = new CountDownLatch(1);
        held = latch;
        return latch;
    }

    int readings() {
        return readings;
    }

    @Override
    public Reading read() throws SourceException {
        CountDownLatch latch = held;
        try {
            if (latch != null && !latch.await(60, TimeUnit.SECONDS)) {
                throw new SourceException("held too long");
            }
        } catch (InterruptedException e) {
            throw new SourceException("interrupted", e);
        }
        String why = trouble;
        AddressSet said = addresses;
        synchronized (this) {
            readings++;
        }
        if (why != null) {
            throw new SourceException(why);
        }
        return new Reading(said, goodFor, List.of());
    }
}
